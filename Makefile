# Every target runs through npm, so the Node 24 that package.json pins is the one used.
.DEFAULT_GOAL := help
# A process that was started before starts in half the time.
export NODE_COMPILE_CACHE := $(CURDIR)/node_modules/.cache/node
.PHONY: help up test check bench interop proto format clean

node_modules/.package-lock.json: package.json package-lock.json $(wildcard proto/package.json packages/*/package.json services/*/package.json)
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

up: node_modules/.package-lock.json ## start the main job on this machine; Ctrl-C stops it
	@npm run --silent up

test: node_modules/.package-lock.json ## run every test: unit, explorer, and real processes
	@npm run --silent test

check: node_modules/.package-lock.json ## formatting, lint, types, proto lint and drift, proofs
	@npm run --silent proto:check
	@npm run --silent check:format
	@npm run --silent lint
	@npm run --silent types
	@npm run --silent proofs

bench: node_modules/.package-lock.json ## measure against baselines that run beside us
	@npm run --silent bench

interop: node_modules/.package-lock.json ## real clients and peers; what cannot be had is reported as skipped
	@npm run --silent interop

proto: node_modules/.package-lock.json ## generate proto/gen from proto/**/*.proto
	@npm run --silent proto

format: node_modules/.package-lock.json ## format everything
	@npm run --silent format

clean: ## remove what was installed and what `make up` wrote
	rm -rf node_modules .syncline

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
