# Delphi Weights. `make run` starts it, `make test` checks it. Needs Python 3.11+, make and git.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup run test lint format bench reproduce torture pictures states lock translations tools clean

setup: $(STAMP)

$(STAMP): requirements/run.txt requirements/dev.txt pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

translations: $(STAMP)
	$(BIN)/python -m delphi.translations

run: translations
	$(BIN)/delphi run

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The system programs that the tests drive: a PostgreSQL server and Chromium with Chinese fonts.
tools:
	sh tests/tools/install.sh

test: translations lint tools
	$(BIN)/pytest -n 2 --dist loadgroup -m "not browser and not harness"
	$(BIN)/pytest -m "browser or harness"

bench: translations tools
	$(BIN)/python -m tests.bench

reproduce: $(STAMP)
	$(BIN)/python -m analysis reproduce

torture: translations tools
	$(BIN)/pytest -m harness --torture --timeout 7200

pictures: translations tools
	$(BIN)/python -m tests.browser.pictures

# A picture of every page and state for experts, to be looked at; they also pass the sweep.
states: translations tools
	DELPHI_SWEEP_PICTURES=$(CURDIR)/pictures/states $(BIN)/pytest tests/browser/test_accessibility.py tests/browser/test_accessibility_methods.py tests/browser/test_familiarity.py tests/browser/test_last_round.py tests/browser/test_proposals.py

lock:
	uv pip compile --python-version 3.11 --generate-hashes --no-header requirements/run.in -o requirements/run.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.txt

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
