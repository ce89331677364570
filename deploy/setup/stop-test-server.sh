#!/usr/bin/env bash
# Ends the PostgreSQL that the tests of this user share, and frees its memory. While other tests run it stays for them:
# each of them holds a lock. store/storetest/cluster.go is the other side.
set -euo pipefail

# is_server PID FOLDER: is that process a PostgreSQL on that data folder?
is_server() {
	if [ -d /proc/self ]; then
		[ "$(readlink "/proc/$1/cwd")" = "$2" ]
	else
		ps -ww -o command= -p "$1" | grep -qF "postgres -D $2 "
	fi
}

for base in /dev/shm "${TMPDIR:-/tmp}"; do
	folder="${base%/}/marketa-test-$(id -u)"
	if ! [ -d "$folder" ] || ! [ -O "$folder" ]; then continue; fi
	exec 9>>"$folder.users"
	if command -v flock >/dev/null && ! flock -n 9; then continue; fi # macOS has no flock
	folder=$(cd "$folder" && pwd -P)
	if read -r pid 2>/dev/null <"$folder/postgres/data/postmaster.pid" && is_server "$pid" "$folder/postgres/data"; then
		kill -INT "$pid"
		for _ in {1..200}; do
			is_server "$pid" "$folder/postgres/data" || break
			sleep 0.05
		done
	fi
	rm -rf "$folder"
done
