# The commands a newcomer types. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

setup: ## install what is missing on this machine: PostgreSQL and pgvector
	@deploy/setup/setup.sh

run: ## the whole platform against simulated vendors: no keys, no accounts, Ctrl-C ends it
	@deploy/setup/setup.sh --quiet
	@go build -o .cache/marketa .
	@exec .cache/marketa sandbox

test: ## every check and every test; sets up Chromium too
	@deploy/setup/setup.sh --test --quiet
	@deploy/setup/formatted.sh
	go vet ./...
	go tool staticcheck ./...
	go test -race -p 2 -timeout 20m ./...
	@deploy/setup/stop-test-server.sh
