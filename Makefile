# One door: `make run`, `make demo`, `make test`, `make check`. Each makes the environment that it needs.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
ARGS ?=

.PHONY: run demo test check eval format lint types layers constraints clean

$(READY): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "deserters needs Python 3.11 or newer; name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	  || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

run: $(READY)  ## crawl the watch list once, then serve what was found
	$(BIN)/deserters crawl $(ARGS)
	$(BIN)/deserters serve

demo: $(READY)  ## the same on a newspaper of our own, on loopback, without any network
	$(BIN)/python -m tests.newspaper.demo

test: $(READY)  ## the tests
	$(BIN)/python -m pytest

check: $(READY) format lint types layers  ## what CI runs
	$(BIN)/python -m pytest

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

eval: $(READY) build/peers.jsonl  ## quality figures beside their baselines, into docs/quality.md (needs ../shared)
	$(BIN)/python -m benchmarks.quality ../shared --peers build/peers.jsonl --write

build/peers.jsonl: benchmarks/peers.py benchmarks/peers.txt  ## what other extractors make of the same pages
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip install --quiet --no-deps --require-hashes -r benchmarks/peers.txt
	build/peers/bin/python benchmarks/peers.py ../shared/corpus/pages.warc.gz > $@.part
	mv $@.part $@

constraints:  ## pin every dependency anew, by hashes and without addresses (needs pip-tools)
	$(PYTHON) -m piptools compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header \
	  --no-emit-options --no-annotate \
	  --output-file constraints.txt pyproject.toml

clean:
	rm -rf $(VENV) demo
