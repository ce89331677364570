# shellcheck shell=bash
# macOS, and Linux with Homebrew. Sourced by setup.sh, never as root (brew refuses). brew starts no server by itself.

install_all() {
	local server=''
	# The formula is built for certain servers; these are among the things it is built with.
	server=$(brew deps --direct --include-build pgvector 2>>"$LOG" | grep '^postgresql@' | sort -t @ -k 2 -n | tail -n 1 || true)
	[ -n "$server" ] || fail_with_log "Homebrew does not say which PostgreSQL its pgvector is for"
	say "installing $server and pgvector"
	run_logged brew install "$server" pgvector || fail_with_log "Homebrew could not install $server and pgvector"
	[ -n "$FOR_TESTS" ] || return 0
	has_compiler || fail "the tests need a C compiler. Run:  xcode-select --install"
	if ! has_browser; then
		say "installing a browser for the tests"
		run_logged brew install --cask chromium || run_logged brew install --cask google-chrome ||
			fail_with_log "no browser could be installed; install Chrome or Chromium by hand"
	fi
}
