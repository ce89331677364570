# shellcheck shell=bash
# What is here already. Sourced by setup.sh; changes nothing and must stay quick, for every `make run` asks it.
# Works in the bash 3.2 of macOS. store/embedded/programs.go looks in the same places: change both.

POSTGRES_AT_LEAST=15
PGVECTOR_AT_LEAST=0.7 # the first one with halfvec

# at_least 0.8.0 0.7: is the first version not older than the second? Compares two numbers, which is all we need.
at_least() {
	local a="${1%%[!0-9.]*}.0" b="${2%%[!0-9.]*}.0" a1 a2 b1 b2 _
	IFS=. read -r a1 a2 _ <<<"$a"
	IFS=. read -r b1 b2 _ <<<"$b"
	((10#${a1:-0} > 10#${b1:-0} || (10#${a1:-0} == 10#${b1:-0} && 10#${a2:-0} >= 10#${b2:-0})))
}

# postgres_folders prints every folder with a PostgreSQL server in it.
postgres_folders() {
	local found folder
	found=$(command -v postgres || true)
	for folder in "${found%/*}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin \
		/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin; do
		if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && [ -x "$folder/pg_config" ]; then echo "$folder"; fi
	done
}

# look_for_postgres sets PG_MAJOR and PG_BIN to the newest server that has a new enough pgvector, else to the newest server;
# PGVECTOR to its pgvector's version, empty when that is missing or too old. False when there is no server at all.
look_for_postgres() {
	local folder major share vector
	export PG_MAJOR='' PG_BIN='' PGVECTOR=''
	while read -r folder; do
		major=$("$folder/pg_config" --version) && major=${major#PostgreSQL } && major=${major%%[!0-9]*}
		share=$("$folder/pg_config" --sharedir)
		[ "${major:-0}" -ge "$POSTGRES_AT_LEAST" ] || continue
		vector=$(vector_version "$share/extension/vector.control")
		if [ -n "$PGVECTOR" ] && [ -z "$vector" ]; then continue; fi
		if [ -z "$PG_MAJOR" ] || [ "$major" -gt "$PG_MAJOR" ] || { [ -z "$PGVECTOR" ] && [ -n "$vector" ]; }; then
			PG_MAJOR=$major PG_BIN=$folder PGVECTOR=$vector
		fi
	done < <(postgres_folders)
	[ -n "$PG_MAJOR" ]
}

# vector_version FILE prints the version of the pgvector that a control file belongs to, nothing when it is too old.
vector_version() {
	local line version
	[ -r "$1" ] || return 0
	while read -r line; do
		case $line in default_version*) version=${line#*\'} && version=${version%%\'*} ;; esac
	done <"$1"
	if at_least "${version:-0}" "$PGVECTOR_AT_LEAST"; then echo "$version"; fi
}

# has_browser: is there a Chromium or Chrome where chromedp, which drives it in the tests, will find it?
has_browser() {
	local name
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		if command -v "$name" >/dev/null; then return 0; fi
	done
	[ -x /snap/bin/chromium ] || [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ] ||
		[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
}

# has_compiler: the race detector needs a C compiler with its headers.
has_compiler() { command -v cc >/dev/null && { [ "$(uname)" = Darwin ] || [ -e /usr/include/stdlib.h ]; }; }

# all_here: is everything in place? With FOR_TESTS set, also what only the tests need.
all_here() {
	look_for_postgres && [ -n "$PGVECTOR" ] || return 1
	[ -z "$FOR_TESTS" ] || { has_browser && has_compiler; }
}
