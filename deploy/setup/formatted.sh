#!/usr/bin/env bash
# Fails when a Go file of this project is not as gofmt writes it, and says which.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "Not as gofmt writes it; run gofmt -w on:" >&2 && echo "$unformatted" >&2 && exit 1; }
