# Every target sets up what it needs (.venv, from the pins in requirements/) before it runs.
#   make demo DATA=path/to/goodbooks     a real data set; without DATA, a simulated world
#   make demo DEMO=small EXIT=1          at most three minutes, and ends by itself
#   make serve ARGS="--config my.toml"   any option of the command

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo serve bench test test-sdks test-conformance test-clients test-tv mutate check generate release-contract lock clean

PYTHON_ENV := .venv/bin/python
SHORTLIST := .venv/bin/shortlist
# One thread a process: tests measure behaviour, and the suite shares few cores.
TEST_THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

setup: ## install the pinned packages (once, in a cache shared by checkouts) and the project
	@scripts/setup

demo: setup ## import, train, serve and show slates: DATA=folder DEMO=small EXIT=1
	@$(SHORTLIST) demo $(if $(DATA),--data "$(DATA)") $(if $(DEMO),--size $(DEMO)) \
	  $(if $(filter-out 0 no false,$(EXIT)),--exit) $(ARGS)

serve: setup ## start the server: ARGS="..."; EDGE=1: behind Envoy, EDGE_ARGS="--port 8080"
	@$(if $(filter-out 0 no false,$(EDGE)),$(PYTHON_ENV) -m deploy.envoy.serve $(EDGE_ARGS) -- $(ARGS),$(SHORTLIST) serve $(ARGS))

bench: setup ## measure the request path; writes build/bench/request.json
	@$(PYTHON_ENV) -m tests.bench.bench_request $(ARGS)

test: setup ## what check does, then the product's tests with coverage
	@$(PYTHON_ENV) scripts/check.py --static
	@$(TEST_THREADS) $(PYTHON_ENV) -m pytest tests --ignore=tests/conformance \
	  --cov=server --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

test-sdks: setup ## the client packages of all languages: LANGUAGES=go,python
	@$(PYTHON_ENV) scripts/test_sdks.py $(if $(LANGUAGES),--only $(LANGUAGES)) $(ARGS)

test-conformance: setup ## a real server against all cases, and every seeded fault against its own
	@$(TEST_THREADS) $(PYTHON_ENV) -m pytest tests/conformance $(ARGS)

test-clients: setup ## the programs of all SDKs against the scripted server: CLIENTS=go,java
	@$(PYTHON_ENV) -m conformance --client $(or $(CLIENTS),all) --build --again \
	  --json build/conformance/clients.json --matrix build/conformance/matrix.md $(ARGS)
	@cat build/conformance/matrix.md

mutate: setup ## break the matchers in small ways and see the tests notice (minutes; outside CI)
	@$(TEST_THREADS) $(PYTHON_ENV) scripts/mutate.py $(ARGS)

test-tv: setup ## the TV package in the engines of old TVs: ENGINES=49,53,56,65,69
	@$(PYTHON_ENV) -m tests.sdk.tv.run $(if $(ENGINES),--engines $(ENGINES)) $(ARGS)

check: setup ## format, lint, types, imports, contract, generated code, unit and port tests
	@$(TEST_THREADS) $(PYTHON_ENV) scripts/check.py

generate: setup ## from proto/: server/gen, docs/openapi.json and the client packages (LANGUAGES=go,python)
	@$(PYTHON_ENV) scripts/generate.py
	@$(PYTHON_ENV) -m sdk.generator.openapi
	@$(PYTHON_ENV) scripts/protoc_plugins.py $(LANGUAGES)
	@$(PYTHON_ENV) -m sdk.generator $(if $(LANGUAGES),--languages $(LANGUAGES)) $(ARGS)

release-contract: setup ## declare the contract, its cases and client as released: what breaks them fails from now on
	@$(PYTHON_ENV) scripts/release.py

lock: setup ## compile pyproject.toml into requirements/; UPGRADE=1 for the newest versions
	@scripts/lock
	@scripts/setup

clean: ## remove what the commands made here; the shared package cache stays
	@rm -rf build .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find server torchrec_models tests scripts -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
