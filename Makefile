# Two commands matter: `make report` and `make test`. Both build .venv on first use.
SHELL  := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
REPORTS := designs/documented-decisions.toml designs/election-labels-2020.toml designs/simulated-platform.toml \
           notebooks/04_methods_and_calibration.py notebooks/05_replications.py

.PHONY: help report test check lab lock
.DEFAULT_GOAL := help

help:  ## say what each target does
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## */\t/' | expand -t 10

report: $(VENV)/.built  ## write every report under reports/
	$(BIN)/audit report $(REPORTS)
	$(BIN)/python .ci/gallery.py

test: $(VENV)/.built  ## run the tests
	$(BIN)/python -m pytest

check: $(VENV)/.built  ## lint and types
	$(BIN)/ruff check audit tests benchmarks notebooks data
	$(BIN)/ruff format --check audit tests benchmarks data
	$(BIN)/mypy audit

lab: $(VENV)/.built  ## open JupyterLab on the notebooks: a double click opens one
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@cp .ci/lab.json $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json
	$(BIN)/jupyter lab notebooks

lock: $(VENV)/.built  ## renew the lock files from pyproject.toml (needs the network)
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra lab --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --universal -q -o requirements.lock
	echo uv | $(BIN)/uv pip compile - --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --universal -q -o requirements-uv.lock

# uv goes into .venv first: it installs the lock several times faster than pip, with the same hashes.
# The package itself is linked, not copied, by a build that needs no network.
$(VENV)/.built: requirements.lock requirements-uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later was not found; set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11; set PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	@touch $@
