#!/usr/bin/env bash
# Puts on this machine what Marketa needs and does not bring along: a PostgreSQL server (15 or newer) and its extension
# pgvector (0.7 or newer); with --test also Chromium and a C compiler. Says in one line what it does, and does nothing
# when all is there. It starts no server and leaves the system's package sources as they are.
#
#   deploy/setup/setup.sh [--test] [--quiet]
#
# Start reading here; look.sh is what counts as being there, apt.sh and brew.sh install, pgvector.sh builds from source.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

FOR_TESTS='' QUIET=''
ARGUMENTS=("$@")
for argument in "$@"; do
	case $argument in
	--test) FOR_TESTS=1 ;;
	--quiet) QUIET=1 ;;
	*) echo "usage: setup.sh [--test] [--quiet]" >&2 && exit 2 ;;
	esac
done

say() { echo "  $*"; }
fail() { echo "Setup cannot go on: $*" >&2 && exit 1; }
# this_command is what a person types to run this script again, with the folder quoted for the shell.
this_command() { printf '%q' "$here/setup.sh" && printf ' %s' "${ARGUMENTS[@]:-}"; }

# run_logged keeps a tool's chatter in a log file and shows its end only when it fails.
run_logged() { "$@" >>"$LOG" 2>&1 </dev/null; }
fail_with_log() {
	tail -n 15 "$LOG" >&2
	fail "$* (the whole story is in $LOG)"
}

report() {
	local browser=''
	if [ -n "$FOR_TESTS" ]; then browser=', a browser and a C compiler for the tests'; fi
	echo "Everything is here: PostgreSQL $PG_MAJOR, pgvector $PGVECTOR$browser."
}

# become_root starts this script again as root. Without a way to do that nothing can be installed, and we say what to type.
become_root() {
	[ "$(id -u)" != 0 ] || return 0
	local why="installing needs root, which this user is not."
	command -v sudo >/dev/null || fail "$why Run once:  su -c '$(this_command)'"
	if ! sudo -n true 2>/dev/null; then
		{ [ -t 0 ] && [ -t 1 ]; } || fail "$why Run once:  sudo $(this_command)"
		echo "Installing needs root; sudo may ask for your password"
	fi
	exec sudo "$BASH" "$here/setup.sh" ${ARGUMENTS[@]+"${ARGUMENTS[@]}"}
}

# shellcheck source=deploy/setup/look.sh
. "$here/look.sh"
if all_here; then
	[ -n "$QUIET" ] || report
	exit 0
fi

if command -v apt-get >/dev/null && [ "$(uname)" = Linux ]; then
	installer=apt
	become_root
elif command -v brew >/dev/null; then
	installer=brew
	[ "$(id -u)" != 0 ] || fail "Homebrew does not work as root. Run as yourself:  $(this_command)"
elif [ "$(uname)" = Darwin ]; then
	fail "Homebrew is missing. Install it as its own page says, then run:  $(this_command)"
elif command -v dnf >/dev/null; then
	fail "this script knows apt and brew only. Run:  sudo dnf install postgresql-server pgvector gcc chromium"
elif command -v pacman >/dev/null; then
	fail "this script knows apt and brew only. Run:  sudo pacman -S postgresql pgvector gcc chromium"
else
	fail "this script knows apt and brew only. Install PostgreSQL $POSTGRES_AT_LEAST or newer, pgvector $PGVECTOR_AT_LEAST or newer${FOR_TESTS:+, Chromium and a C compiler} by hand."
fi

echo "Setting up what Marketa needs on this machine:"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/marketa-setup.XXXXXX")
LOG="$WORK.log"
trap 'rm -rf "$WORK"' EXIT
: >"$LOG"

# shellcheck source=deploy/setup/pgvector.sh
. "$here/pgvector.sh"
# shellcheck source=/dev/null
. "$here/$installer.sh"
install_all

all_here || fail_with_log "the packages were installed, yet something is still missing"
rm -f "$LOG"
report
