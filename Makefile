# `make check` and `make test` do everything on a machine with python3 (3.11 or newer) and pip.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# The release of uv that wrote uv.lock.
UV := uv==0.13.8

.PHONY: check test lint types imports docs wheel-test nightly bench lock clean help

check: $(STAMP)  ## run every check and write report.html
	$(BIN)/lemmata check --html report.html

test: $(STAMP)  ## run the test suite
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2  # one thread of BLAS a process

lint: $(STAMP)  ## style, and the docstrings' form
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python .ci/docstrings.py

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy

imports: $(STAMP)  ## imports only go down the floors
	$(BIN)/lint-imports

docs: $(STAMP)  ## build the site into docs/_build/html; warnings are errors
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

wheel-test: $(STAMP)  ## install the wheel in an empty environment and use it there
	bash .ci/wheel_test.sh

nightly: $(STAMP)  ## the long tests and a long check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --hypothesis-profile=nightly
	$(BIN)/lemmata check --budget 1200 --html report.html

bench: $(STAMP)  ## measure against the baselines
	$(BIN)/lemmata bench

lock:  ## resolve the dependencies anew
	$(BIN)/uv lock
	$(BIN)/uv export -q --frozen --no-emit-project --extra dev --extra docs -o requirements.lock

# uv first; where it cannot be had or cannot install, pip with the same locked hashes.
$(STAMP): pyproject.toml uv.lock requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	($(BIN)/python -m pip install -q $(UV) \
	  && $(BIN)/uv sync -q --frozen --inexact --compile-bytecode --extra dev --extra docs) \
	|| ($(BIN)/python -m pip install -q --require-hashes -r requirements.lock \
	  && $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .)
	touch $@

clean:  ## remove everything that was built
	rm -rf .venv dist docs/_build docs/theorems docs/auto_examples docs/api report.html

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/'
