# Everything a person runs. On a fresh machine: Python 3.11 or later with venv, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
ARGS ?=

.PHONY: help install run demo test coverage lint types layers check bench lock schemas
help:
	@echo "make run      watch the sources of config/ and print alerts (Ctrl-C stops)"
	@echo "make demo     the whole job in under a minute, without a network"
	@echo "make test     lint, types, import layers, tests"
	@echo "make coverage the tests with the lines that they reach"
	@echo "make install  only install, into .venv"
	@echo "make check    check config/"
	@echo "make bench    the figures of docs/performance.md and docs/security.md"
	@echo "make lock     renew the lock files of requirements/"
	@echo "make schemas  renew the JSON Schemas of docs/schema/"

install: $(VENV)/.run
run: install
	@$(BIN)/monitor up $(ARGS)
demo: install
	@$(BIN)/monitor demo $(ARGS)
check: install
	@$(BIN)/monitor check $(ARGS)

# Each stamp is newer than what it was made from, so a second run installs nothing.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --require-hashes --requirement requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes --requirement requirements/dev.lock
	@touch $@
$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	@$(PIP) install --require-hashes --requirement requirements/bench.lock
	@touch $@

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
types: $(VENV)/.dev
	@$(BIN)/mypy
layers: $(VENV)/.dev
	@$(BIN)/lint-imports --no-cache
test: lint types layers
	@$(BIN)/pytest $(ARGS)
# Tracing makes Python 3.11 two to four times slower, so it is not part of every test run.
coverage: $(VENV)/.dev
	@$(BIN)/pytest --cov --cov-report=term $(ARGS)

schemas: install
	@$(BIN)/monitor schema docs/schema

bench: $(VENV)/.bench
	@$(BIN)/python benchmarks/matching.py
	@$(BIN)/python benchmarks/morphology.py
	@$(BIN)/python benchmarks/relevance.py
	@$(BIN)/python benchmarks/stories.py
	@$(BIN)/python benchmarks/archive.py
	@$(BIN)/python benchmarks/fetching.py
	@$(BIN)/python benchmarks/extraction.py ../shared/data/extraction/fundus.tar.xz

# Extras stay in the locks: pip holds coverage[toml] to no pin of coverage. pip 24 fails on an extra that is spelled in two
# ways, and the packages that want lxml's spell it with a low line.
lock:
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install uv
	@for set in run dev bench; do \
	  case $$set in run) groups= ;; dev) groups="--group dev" ;; bench) groups="--group dev --group bench" ;; esac; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras \
	    --custom-compile-command "make lock" $$groups pyproject.toml requirements/build.in --output-file requirements/$$set.lock || exit 1; \
	  sed -i.old 's/^lxml\[html-clean\]/lxml[html_clean]/' requirements/$$set.lock && rm requirements/$$set.lock.old; \
	done
