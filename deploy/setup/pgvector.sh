# shellcheck shell=bash
# pgvector from source, for a release whose own package is missing or too old. Sourced by setup.sh, used by apt.sh, as root.
#
# The source is that of a newer release of the same distribution. The archive's address is read from the machine's own
# package lists, so a mirror stays a mirror. apt checks the archive's signature and every checksum, as always: nothing
# here turns that off. All of it happens in a folder of its own; the system's sources and lists stay as they are.

build_pgvector() {
	local tools=()
	if ! has_compiler; then tools+=(gcc libc6-dev); fi
	if ! command -v make >/dev/null; then tools+=(make); fi
	if ! command -v dpkg-source >/dev/null; then tools+=(dpkg-dev); fi
	install_packages ${tools[@]+"${tools[@]}"}

	say "fetching the source of pgvector (this release has none that is new enough)"
	fetch_source || fail_with_log "the source of pgvector could not be fetched"
	fetch_headers
	say "building pgvector for PostgreSQL $PG_MAJOR"
	# OPTFLAGS: no -march=native, for images are carried to other machines. with_llvm: no LLVM needed for a little JIT.
	run_logged make -C "$WORK/source" -j"$(nproc)" OPTFLAGS="" with_llvm=no \
		PG_CONFIG="$PG_BIN/pg_config" includedir_server="$HEADERS" all install ||
		fail_with_log "pgvector could not be built"
}

# newer_suites prints where to look for the source, best first.
newer_suites() {
	case $DISTRIBUTION in
	Debian) echo trixie stable ;;
	Ubuntu) echo resolute devel ;;
	esac
}

# archive_addresses prints the addresses that this machine reads its own release from.
archive_addresses() {
	apt-get indextargets --format "\$(REPO_URI)" \
		"Created-By: Packages" "Component: main" "Origin: $DISTRIBUTION" "Codename: $CODENAME" | grep -v '^cdrom' | sort -u
}

fetch_source() {
	local address suite
	# shellcheck disable=SC1091
	CODENAME=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC1091
	case $(. /etc/os-release && echo "$ID") in
	debian) DISTRIBUTION=Debian COMPONENTS=main KEYS_PACKAGE=debian-archive-keyring ;;
	ubuntu) DISTRIBUTION=Ubuntu COMPONENTS="main universe" KEYS_PACKAGE=ubuntu-keyring ;;
	*) fail "this release has no pgvector $PGVECTOR_AT_LEAST or newer, and only on Debian and Ubuntu do we know where its source is. Install pgvector for PostgreSQL $PG_MAJOR by hand." ;;
	esac
	KEYS="/usr/share/keyrings/${DISTRIBUTION,,}-archive-keyring.gpg"
	for suite in $(newer_suites); do
		for address in $(archive_addresses); do
			if fetch_source_from "$address" "$suite"; then return 0; fi
		done
	done
	return 1
}

# fetch_source_from tries twice. A release signs with keys of its own, which an older release gets to know by an update
# of its keyring package: that update is what the second try begins with.
fetch_source_from() {
	local option=''
	local private=(-q -y -o Dir::Etc::SourceList="$WORK/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists="$WORK/lists" -o Dir::Cache="$WORK/cache" -o Dir::Cache::Archives="$WORK/cache/archives"
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
	if [ -r "$KEYS" ]; then option="[signed-by=$KEYS] "; fi # else those that the machine trusts for everything
	rm -rf "$WORK/lists" "$WORK/cache" "$WORK/source"
	mkdir -p "$WORK/lists/partial" "$WORK/cache/archives/partial" "$WORK/download"
	echo "deb-src ${option}$1 $2 $COMPONENTS" >"$WORK/sources.list"

	if ! run_logged apt-get "${private[@]}" -o APT::Update::Error-Mode=any update; then
		run_logged "${APT[@]}" install --only-upgrade "$KEYS_PACKAGE" || true
		run_logged apt-get "${private[@]}" -o APT::Update::Error-Mode=any update || return 1
	fi
	(cd "$WORK/download" && run_logged apt-get "${private[@]}" source --download-only pgvector) || return 1
	run_logged dpkg-source --no-copy -x "$WORK"/download/pgvector_*.dsc "$WORK/source"
}

# fetch_headers sets HEADERS to the server's headers: those of the machine, else those of the development package, unpacked
# aside. Installing that package would pull in all of clang and LLVM.
fetch_headers() {
	HEADERS=$("$PG_BIN/pg_config" --includedir-server)
	[ ! -r "$HEADERS/postgres.h" ] || return 0
	mkdir -p "$WORK/headers"
	(cd "$WORK/headers" && run_logged "${APT[@]}" -o APT::Sandbox::User=root download "postgresql-server-dev-$PG_MAJOR" &&
		run_logged dpkg-deb -x postgresql-server-dev-*.deb .) || fail_with_log "the headers of PostgreSQL $PG_MAJOR could not be fetched"
	HEADERS="$WORK/headers$HEADERS"
}
