# The commands a newcomer types. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz

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
	go test -race -p 1 -timeout 45m -skip '^TestDialoguesWithARestart' ./...
	go test -timeout 20m -parallel 8 -run '^TestDialoguesWithARestart' .
	@deploy/setup/stop-test-server.sh

FUZZTIME ?= 10m
FUZZ = bots/whatsapp/whapi:FuzzParse bots/whatsapp:FuzzConvert bots/telegram:FuzzUpdate bots/telegram:FuzzRender \
	tools:FuzzRun sandbox/actor:FuzzAnswer sandbox/telegram:FuzzRenderingNeverLetsMarkupThrough internal/language:FuzzAnyText

fuzz: ## look for input that breaks the readers of vendors' words and the cards, 10 minutes for each; or FUZZTIME=1m
	@deploy/setup/setup.sh --test --quiet
	@for one in $(FUZZ); do echo "$$one"; go test "./$${one%%:*}" -run '^$$' -fuzz "^$${one##*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 200x -parallel 2 || exit 1; done
	@deploy/setup/stop-test-server.sh
