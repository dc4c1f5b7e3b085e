# Every command here works on a fresh machine that has make and Python 3.11 or newer.
PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Two test processes on two cores: one thread each. Pictures need no display.
PYTEST := OMP_NUM_THREADS=1 TORCHINDUCTOR_COMPILE_THREADS=1 MPLBACKEND=Agg $(BIN)/python -m pytest
PARALLEL := -n $(WORKERS) --dist worksteal
BEYOND_CHECKS := compile or program or untyped

# glibc gives memory back to the kernel, which has to make it anew: in benchmarks it keeps it.
KEEP := MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=4294967296

.DEFAULT_GOAL := help
.PHONY: help setup demo bench test test-all lint format types arch checked unchecked unit doctest docs pictures notebooks dist clean

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

test: lint types arch checked unchecked ## everything but the slow tests

test-all: lint types arch checked $(READY) ## everything, the slow tests too
	$(PYTEST) $(PARALLEL)

bench: $(READY) ## measure layers beside torch's own: benchmarks/results/cpu.json
	$(KEEP) $(BIN)/python -m benchmarks --rounds 31 --out benchmarks/results/cpu.json
	$(BIN)/python -m benchmarks.scaling --out benchmarks/results/scaling.json

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

# groupkit's own pytest plugin would import groupkit before the hook is there.
# beartype picks the entries that it checks at random, which hypothesis warns of inside strategies.
checked: $(READY) ## tests and doctests, every annotated shape checked at run time
	$(PYTEST) $(PARALLEL) -p no:groupkit -m "not slow and not ($(BEYOND_CHECKS))" \
		-W ignore::hypothesis.errors.HypothesisDeprecationWarning \
		--jaxtyping-packages=groupkit,groupkit_torch,beartype.beartype

unchecked: $(READY) ## the tests that these checks do not reach: compilers, programs, junk
	$(PYTEST) $(PARALLEL) -m "not slow and ($(BEYOND_CHECKS))"

unit: $(READY) ## tests and doctests without the checks, the slow ones left out
	$(PYTEST) $(PARALLEL) -m "not slow"

doctest: $(READY) ## the examples in docstrings alone
	$(PYTEST) groupkit groupkit_torch

docs: $(READY) ## the site: build/docs/index.html
	$(BIN)/python -m sphinx --builder html --nitpicky --fail-on-warning --keep-going --quiet \
		--doctree-dir build/doctrees docs build/docs
	@echo "build/docs/index.html"

pictures: $(READY) ## draw the pictures of the docs again
	$(BIN)/python docs/figures

notebooks: $(READY) ## the examples as notebooks: build/notebooks
	$(BIN)/python docs/make_notebooks.py build/notebooks

dist: $(READY) ## wheel and source distribution, their tests passed in an empty environment
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	OMP_NUM_THREADS=1 MPLBACKEND=Agg $(BIN)/python -m tests.elsewhere dist

clean: ## remove .venv, caches and builds
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
