# The workflow, executable. `make demo` and `make test` set up everything they need.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Of the benchmarks: `make bench SIZE=small` takes a minute or two, `full` the better part of an hour.
SIZE   := full

.PHONY: install chromium demo demo-once test check format bench lighthouse faults fuzz exactness clean

install: $(STAMP)

$(STAMP): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Syndicator needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip setuptools wheel
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[dev]'
	@touch $@

chromium:
	@.ci/chromium

demo: install
	$(BIN)/python examples/demo.py

demo-once: install chromium
	$(BIN)/python examples/demo.py --once build/demo.png

test: install chromium
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install
	@for script in benchmarks/[!_]*.py; do echo "== $$script"; $(BIN)/python $$script --size $(SIZE) || exit 1; done

# What Lighthouse says of a shop's page with the aisle and without; needs Node, and a quiet machine.
lighthouse: install chromium
	$(BIN)/python benchmarks/_lighthouse.py --size $(SIZE)

faults: install
	$(BIN)/python -m tests.faults.campaign

# Broken inputs for every parser; `make fuzz INPUTS=10000` is a short one.
INPUTS := 200000
fuzz: install
	$(BIN)/python -m tests.sources.fuzz --inputs $(INPUTS)

# Click paths on every model at hand and on random ones, judged by python-sat and OR-Tools CP-SAT.
exactness: install
	$(BIN)/python tests/configurator/campaign.py --paths 300 --random 1000

clean:
	rm -rf build dist $(VENV)
