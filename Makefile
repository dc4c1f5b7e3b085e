# Every command here works on a fresh machine that has make and Python 3.11 or newer.
PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Two test processes on two cores: one thread each. Pictures need no display.
PYTEST := OMP_NUM_THREADS=1 MPLBACKEND=Agg $(BIN)/python -m pytest
PARALLEL := -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint format types arch unit doctest jaxtyping clean

help: ## what there is to make (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## build .venv from the pinned requirements

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "groupkit needs Python 3.11 or newer; '$(PYTHON)' is not." \
			"Name one: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	$(PIP) install --quiet --requirement requirements/dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## check the groups, train on real digits, save the pictures
	$(BIN)/groupkit demo

test: lint types arch unit jaxtyping ## everything but the slow tests

test-all: lint types arch jaxtyping $(READY) ## everything, the slow tests too
	$(PYTEST) $(PARALLEL)

lint: $(READY) ## ruff: lint and format, changing nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## ruff: format, and repair what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(READY) ## mypy --strict on both packages
	$(BIN)/mypy

arch: $(READY) ## import-linter: arrows go one way
	$(BIN)/lint-imports --no-logo

unit: $(READY) ## tests and doctests, the slow ones left out
	$(PYTEST) $(PARALLEL) -m "not slow"

doctest: $(READY) ## the examples in docstrings alone
	$(PYTEST) groupkit groupkit_torch

# groupkit's own pytest plugin would import groupkit before the hook is there.
# beartype picks the entries that it checks at random, which hypothesis warns of inside strategies.
jaxtyping: $(READY) ## the tests again, every annotated shape checked at run time
	$(PYTEST) $(PARALLEL) -p no:groupkit -m "not slow and not compile and not untyped" \
		-W ignore::hypothesis.errors.HypothesisDeprecationWarning \
		--jaxtyping-packages=groupkit,groupkit_torch,beartype.beartype

clean: ## remove .venv, caches and builds
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
