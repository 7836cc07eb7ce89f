# What can be done with a checkout. Everything runs in .venv, which `setup` makes; nothing else has to be set up.
#   PYTHON=python3.12   the interpreter that .venv is made with
#   N=500               how many programs `fuzz` draws
#   ARGS=…              handed on: make test ARGS="-k fuse", make bench ARGS="--only heat"

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
N ?= 500
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.mdsl-installed
PEERS := .venv-bench
LINK := .cache/typing/mdsl

.PHONY: help setup demo test lint format bench fuzz table generate third-party clean

help:
	@echo "make setup   make .venv and install mdsl into it, once"
	@echo "make demo    transpile a real NumPy program, run it on real input, show what it gained"
	@echo "make test    all tests, on two workers"
	@echo "make lint    ruff, mypy, and who may import whom"
	@echo "make format  let ruff format and fix what it can"
	@echo "make bench   mdsl beside NumPy and its peers, on programs from ten domains and on the examples"
	@echo "make generate write examples/generated anew"
	@echo "make third-party  transpile modules of other projects and run their tests"
	@echo "make fuzz    N=$(N) random programs against NumPy"
	@echo "make table   a table of NumPy's functions and statements on edgy inputs"
	@echo "make clean   remove what was built; .venv stays"

setup: $(STAMP) $(LINK)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,examples]'
	touch $@

# Type checkers look for a folder named mdsl; the checkout may be named anything.
$(LINK):
	mkdir -p $(@D)
	ln -sfn ../.. $@

demo: setup
	mkdir -p build
	$(BIN)/mdsl transpile examples/heat.py -o build/heat_mdsl.py
	$(BIN)/python examples/demo.py

test: setup
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy | sed 's|$(LINK)/||'
	$(BIN)/lint-imports --cache-dir .cache/import_linter

format: setup
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup $(PEERS)/.installed
	$(PEERS)/bin/python benchmarks/run.py $(ARGS)

# Whom mdsl is compared with is large, and some of it asks for old versions of what others use: an environment of its
# own, which no test needs.
$(PEERS)/.installed: pyproject.toml
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	for extra in bench examples; do \
	    $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$$extra]" && break; \
	    echo "the extra $$extra cannot be installed here" >&2; \
	done
	touch $@

fuzz: setup
	$(BIN)/python tests/differential/fuzz.py $(N) $(ARGS)

table: setup
	$(BIN)/python tests/differential/table.py $(ARGS)

# --force: not only where an example has changed, since the compiler may have. `ARGS=--check` writes nothing and fails
# where something would change, ARGS=--diff shows it.
generate: setup
	$(BIN)/mdsl transpile examples --out-dir examples/generated --force --quiet $(ARGS)

# Modules of other projects, transpiled as they are, with their own tests: needs the network once.
third-party: setup
	$(BIN)/python benchmarks/third_party.py $(ARGS)

clean:
	rm -rf build dist .cache .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path "./$(VENV)/*" -not -path "./$(PEERS)/*" -prune -exec rm -rf {} +
