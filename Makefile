# Headgate: what there is to run. `make` lists it.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

TOOLS   := build/.tools
BIN     := build/bin
VERSION := $(shell build/dist/version.sh)
# A window on this system; the last tag is WebKitGTK's version, which Linux needs.
TAGS    := desktop,production,webkit2_41
GOBUILD := go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)"
GOFILES = $(shell git ls-files --cached --others --exclude-standard '*.go')
NPM     := npm --prefix frontend --silent run
WINDOW  := frontend/dist/index.html
WINDOW_SOURCES := $(shell find frontend/src frontend/public app/i18n/locales -type f 2>/dev/null) \
	$(wildcard frontend/*.html frontend/*.ts frontend/*.js frontend/package-lock.json)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: setup-run build ## Install what is missing, build, open the app
	@exec $(BIN)/headgate

.PHONY: setup-run setup-test
setup-run:
	@build/setup.sh run
setup-test: ## Install what `make test` needs
	@build/setup.sh test

.PHONY: build build-app build-server build-windows
build: build-app build-server ## Build both programs into build/bin
build-app: $(WINDOW)
	@$(GOBUILD) -tags $(TAGS) -o $(BIN)/headgate .
build-server: $(WINDOW) ## Build the static program for servers
	@CGO_ENABLED=0 $(GOBUILD) -o $(BIN)/headgate-server .
build-windows: $(WINDOW) ## Cross-build headgate.exe with its icon and version
	@go -C build/tools run ./resources -version $(VERSION) -title Headgate -file headgate.exe \
		-arch amd64 -out $(CURDIR)/rsrc_windows_amd64.syso $(CURDIR)
	@trap 'rm -f rsrc_windows_amd64.syso' EXIT; CGO_ENABLED=0 GOOS=windows GOARCH=amd64 \
		$(GOBUILD) -tags desktop,production -ldflags "-s -w -H windowsgui -X main.version=$(VERSION)" -o $(BIN)/headgate.exe .

.PHONY: dist dist-check test-dist test-packaging
dist: ## Everything that a release hands out → build/bin/dist (VERSION=1.2.3)
	@build/dist/dist.sh
dist-check: ## Two clean builds in different folders: which bytes differ (FRESH=1: compile all twice)
	@build/dist/check.sh
test-dist: ## What make dist made: installed, used, upgraded, removed (root, Wine, 10 minutes)
	@build/setup.sh test-dist
	@build/dist/test/packages.sh
	@build/dist/test/completions.sh
	@build/dist/test/image.sh
	@build/dist/test/deb.sh
	@build/dist/test/windows.sh
test-packaging: ## The packages' texts
	@build/dist/test/lint.sh

$(WINDOW): $(WINDOW_SOURCES) | setup-run
	@$(NPM) build

.PHONY: generate bindings icons
generate: bindings icons ## Write everything that is generated
	@go generate ./...
bindings: ## Write frontend/wailsjs from the bound Go methods
	@build/bindings.sh .
icons: ## Draw all pictures from build/icon/*.svg
	@go -C build/tools run ./icon ../..

.PHONY: bench
bench: build-server ## Measure against a bare proxy; PROFILE=1 writes profiles instead
	@go run ./build/bench -headgate $(BIN)/headgate-server \
		$(if $(PROFILE),-profile build/.out/profile,-out build/bench/RESULTS.md) $(BENCH)

.PHONY: format lint
format: setup-test ## Format Go and the frontend
	@$(TOOLS)/gofumpt -w $(GOFILES)
	@$(NPM) format
lint: test-format test-vet test-static test-errors test-assignments test-security test-types test-eslint test-prettier ## All that reads without running

.PHONY: test
test: ## Everything: checks, tests, browser, real window
	@build/test.sh

# The steps of `make test`, each alone. They expect `make setup-test`.
.PHONY: test-format test-vet test-static test-errors test-assignments test-security test-fuzz test-go test-icons test-bindings
test-format: ## gofumpt
	@bad=$$($(TOOLS)/gofumpt -l $(GOFILES)); [ -z "$$bad" ] || { echo "not formatted (make format):"; echo "$$bad"; exit 1; }
test-vet: ## go vet, for every build there is
	go vet ./...
	go vet -tags $(TAGS) ./...
	go vet -tags window ./build/window
	CGO_ENABLED=0 go vet .
	GOOS=windows CGO_ENABLED=0 go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet -tags desktop,production ./...
	GOOS=darwin CGO_ENABLED=0 go vet ./...
	GOOS=darwin CGO_ENABLED=0 go vet -tags bindings ./...
	go -C build/tools vet ./icon ./resources
test-static: ## staticcheck
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/staticcheck -tags $(TAGS) ./app/desktop/... .
	$(TOOLS)/staticcheck -tags window ./build/window
test-errors: ## errcheck
	$(TOOLS)/errcheck -ignoretests -exclude build/errcheck.txt ./...
	$(TOOLS)/errcheck -ignoretests -exclude build/errcheck.txt -tags $(TAGS) ./app/desktop/...
test-assignments: ## ineffassign
	$(TOOLS)/ineffassign ./...
test-security: ## gosec; what is meant to be so stands in build/gosec.txt
	@$(TOOLS)/gosec -quiet -tags $(TAGS) -exclude-generated \
		-exclude-rules "$$(awk '!/^(#|$$)/ { n = split($$1, paths, "|"); for (i = 1; i <= n; i++) print paths[i] ":" $$2 }' build/gosec.txt | paste -sd';')" \
		./app/... ./gateway/... .
test-fuzz: ## Each fuzz target for 2,000 inputs; FUZZTIME=1h looks for longer
	@build/fuzz.sh
test-go: ## Go tests under the race detector
	go test -race -v -timeout 18m ./...
	go test -v -timeout 10m ./gateway -transport
	go test -race -v -timeout 10m -tags $(TAGS) ./app/desktop/...
test-icons: ## The pictures are those of build/icon
	@$(TOOLS)/icon -check .
test-bindings: ## frontend/wailsjs is what the Go methods give
	@build/bindings.sh check

.PHONY: soak test-soak
soak: setup-test build-server ## 20,000 calls, members that misbehave, kills: about 10 minutes (SOAK="-seed 7")
	@go build -o $(TOOLS)/soak ./build/soak
	@$(TOOLS)/soak -server $(BIN)/headgate-server -toxiproxy $(TOOLS)/toxiproxy-server $(SOAK)
.PHONY: soak-kills soak-disk
soak-kills: build-server ## 1,000 short lives that end with kill -9: about 10 minutes
	@go build -o $(TOOLS)/soak ./build/soak
	@$(TOOLS)/soak -server $(BIN)/headgate-server -kills 1000 $(SOAK)
FAULTS ?= 1000
soak-disk: ## A disk that fails at the n-th write, FAULTS times, with kills: about 15 minutes (SOAK="-disk-seed 7")
	@go test ./app/server -run TestDiskThatFails -disk-faults $(FAULTS) -timeout 3h -v $(SOAK)
test-soak: build-server ## The same for half a minute
	@go build -o $(TOOLS)/soak ./build/soak
	@$(TOOLS)/soak -short -server $(BIN)/headgate-server -toxiproxy $(TOOLS)/toxiproxy-server

.PHONY: test-types test-eslint test-prettier test-frontend test-budget test-browser test-client test-window
test-types: ## svelte-check
	$(NPM) check
test-eslint: ## eslint
	$(NPM) lint
test-prettier: ## prettier
	$(NPM) format:check
test-frontend: ## The window's own tests
	$(NPM) test
test-budget: $(WINDOW) ## The window's size
	$(NPM) budget
test-browser: build-server ## The window in a browser, on the real server
	@go build -o $(BIN)/ ./gateway/gatewaytest/cmd/upstream ./build/updating
	HEADGATE_BINARY=$(CURDIR)/$(BIN)/headgate-server $(NPM) e2e
test-client: build-server ## The official client against the built program
	HEADGATE_BINARY=$(CURDIR)/$(BIN)/headgate-server npm --prefix build/e2e --silent test
test-window: build-app ## The real window and tray, on a virtual screen
	@go test -c -tags window -o $(TOOLS)/window.test ./build/window
	@build/window/run.sh $(BIN)/headgate build/.out 420 $(TOOLS)/window.test -test.v -test.timeout=400s

.PHONY: measure-window
measure-window: setup-test build-app ## The real window: its start, and what it costs
	@go build -o $(TOOLS)/measure-window ./build/measure/window
	@build/window/run.sh $(BIN)/headgate build/.out 300 $(TOOLS)/measure-window

CALLS ?= 1000000
.PHONY: measure-log
measure-log: ## A call log of CALLS made-up calls: how long pages, statistics and export take
	@data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && \
	go run ./build/measure/fillcalls -data "$$data" -calls $(CALLS) -providers 12 -days 90 && \
	go run ./build/measure/calllog -data "$$data" -remove 100000
