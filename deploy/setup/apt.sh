# shellcheck shell=bash
# Debian and Ubuntu. Sourced by setup.sh, as root.
trap 'rm -rf "$WORK" "$NO_CLUSTER"' EXIT
export DEBIAN_FRONTEND="${DEBIAN_FRONTEND:-noninteractive}" NEEDRESTART_SUSPEND=1

APT=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)

install_all() {
	local packages=()
	refresh_lists
	choose_postgres
	if ! [ -x "$PG_BIN/postgres" ]; then packages+=("postgresql-$PG_MAJOR"); fi
	if [ -z "$PGVECTOR" ] && package_is_new_enough; then packages+=("postgresql-$PG_MAJOR-pgvector"); fi
	if [ -n "$FOR_TESTS" ]; then
		if ! has_compiler; then packages+=(gcc libc6-dev); fi
		if ! has_browser; then choose_browser; fi
	fi
	install_packages "${packages[@]}" ${BROWSER_PACKAGES[@]+"${BROWSER_PACKAGES[@]}"}

	look_for_postgres || fail_with_log "PostgreSQL could not be installed"
	if [ -z "$PGVECTOR" ]; then build_pgvector; fi
}

# refresh_lists tries twice, since networks flap; when both fail, the lists already on the machine may still do.
refresh_lists() {
	say "reading the package lists"
	run_logged "${APT[@]}" update || run_logged "${APT[@]}" update ||
		say "the package lists could not be refreshed; going on with those on this machine"
}

# choose_postgres takes the server that is here, else the one that this release means by "postgresql".
choose_postgres() {
	! look_for_postgres || return 0
	PG_MAJOR=$(apt-cache depends --no-recommends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
	[ -n "$PG_MAJOR" ] || fail_with_log "apt offers no PostgreSQL; check the network and the package sources of this machine"
	[ "$PG_MAJOR" -ge "$POSTGRES_AT_LEAST" ] ||
		fail "this release offers PostgreSQL $PG_MAJOR, and Marketa needs $POSTGRES_AT_LEAST or newer: use Debian 12, Ubuntu 24.04 or anything newer, or add the PostgreSQL project's own packages"
}

candidate() { apt-cache policy "$1" | sed -n 's/^ *Candidate: \([0-9].*\)$/\1/p'; }

package_is_new_enough() {
	local version
	version=$(candidate "postgresql-$PG_MAJOR-pgvector")
	[ -n "$version" ] && at_least "${version#*:}" "$PGVECTOR_AT_LEAST"
}

# choose_browser: on Ubuntu the package chromium-browser is only a door to the snap, which needs a running snapd.
BROWSER_PACKAGES=()
choose_browser() {
	if [ -n "$(candidate chromium)" ]; then
		BROWSER_PACKAGES=(chromium fonts-liberation)
		if [ -n "$(candidate chromium-sandbox)" ]; then BROWSER_PACKAGES+=(chromium-sandbox); fi
	elif command -v snap >/dev/null && snap version >/dev/null 2>&1; then
		say "installing Chromium (a snap)"
		run_logged snap install chromium || fail_with_log "Chromium could not be installed"
	else
		fail "the tests need Chromium or Chrome; here it comes as a snap only, and snapd does not run. Install Google Chrome's .deb by hand, then run:  $(this_command)"
	fi
}

# install_packages keeps Debian's habit of making and starting a server of its own away from this machine: Marketa starts
# a private one when it runs. Servers that were down before, and that an upgrade started, are stopped again.
NO_CLUSTER=/etc/postgresql-common/createcluster.d/marketa-setup.conf
install_packages() {
	[ $# -gt 0 ] || return 0
	local before failed=''
	say "installing $*"
	before=$(running_clusters)
	mkdir -p "${NO_CLUSTER%/*}"
	echo "create_main_cluster = false" >"$NO_CLUSTER"
	run_logged "${APT[@]}" install --no-install-recommends "$@" || failed=1
	rm -f "$NO_CLUSTER"
	stop_clusters_but "$before"
	[ -z "$failed" ] || fail_with_log "apt could not install $*"
}

running_clusters() { pg_lsclusters -h 2>/dev/null | awk '$4 ~ /^online/ {print $1 "/" $2}' || true; }

stop_clusters_but() {
	local cluster
	for cluster in $(running_clusters); do
		if ! grep -qxF "$cluster" <<<"$1"; then run_logged pg_ctlcluster "${cluster%/*}" "${cluster#*/}" stop || true; fi
	done
}
