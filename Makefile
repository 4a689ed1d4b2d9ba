# The only entry. Everything installs itself into .venv; only make and a Python >= 3.11 need to be there.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/ready
SERVE_DATA ?= elanus-data
WORKERS ?= auto
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-clients test-crash check lint formatted types imports reference format bench sizes docs clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## Elanus and its tools in .venv

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Elanus needs Python 3.11 or newer and found none; install one, or run: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]'
	@touch $(READY)

demo: $(READY) ## Ten thousand texts, an index built, watched, measured, switched and dropped (under two minutes)
	$(BIN)/elanus demo $(ARGS)

serve: $(READY) ## A server on 19530 over SERVE_DATA (elanus-data)
	$(BIN)/elanus serve --data $(SERVE_DATA) $(ARGS)

test: $(READY) ## All tests (ARGS="-k name" for some)
	$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: lint formatted types imports reference ## Lint, format, types, import directions, generated documentation

lint: $(READY)
	$(BIN)/ruff check .
formatted: $(READY)
	$(BIN)/ruff format --check .
types: $(READY)
	$(BIN)/mypy
imports: $(READY)
	$(BIN)/lint-imports --no-cache
reference: $(READY)
	$(BIN)/python tools/reference.py --check

format: $(READY) ## Put every file into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## Write the generated pages of docs/ anew
	$(BIN)/python tools/reference.py

bench: $(READY) ## Measurements beside other databases, into docs/performance.md (ARGS="served --data mnist")
	$(BIN)/python -m benchmarks --write $(ARGS)

test-clients: $(READY) ## Real clients of every generation, installed into build/clients (ARGS="pymilvus node" for some)
	$(BIN)/python -m tests.clients $(ARGS)

test-crash: $(READY) ## Kill -9 at random moments, hundreds of times with fixed seeds
	ELANUS_CRASH_SEEDS=100 $(BIN)/pytest tests/crash --timeout 1800 $(ARGS)

sizes: $(READY) ## The largest files, functions and classes; informs, never fails
	$(BIN)/python tools/sizes.py

clean: ## Remove .venv and every cache
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
