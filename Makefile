# Everything runs in .venv, which the first target that needs it makes. PYTHON names the interpreter; ONLY, what of
# `make test-all`: 3.10-oldest 3.13-newest beside-arcade-mcp. MINUTES and SEED are of `make explore`.
PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
MINUTES ?= 60
SEED ?= $(shell date +%s)
SDKS = 6.7.6 7.0.1 7.45.4

# Python and pytest keep what they compile (.gitignore has it), whatever the environment says: the tests start hundreds
# of processes.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo quick test check test-all test-arcade faults explore bench docs pictures site clean

demo: .venv/.demo  ## walk through the main job, against a receiver on this machine
	$(BIN)/arcade-usage demo

quick: check  ## in half a minute, while you edit: style, types, layers and the tests that start few processes
	$(BIN)/python -m pytest -q tests/unit tests/contracts

test: .venv/.dev .venv/.browser .venvs/sdks/.made  ## pass the tests, with small sets of verification/
	$(BIN)/python -m pytest

check: .venv/.dev  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-all: .venv/.dev .venvs/sdks/.made  ## the tests on every supported Python, with the oldest and the newest PostHog and Typer
	.ci/test-all $(ONLY)

test-arcade:  ## the real Arcade CLI and MCP servers, tracked, in an environment of their own
	PYTHON=$(PYTHON) .ci/test-arcade

faults: .venv/.dev  ## kill, fill, cut off and corrupt what can be, and write docs/reliability.md
	$(BIN)/python -m verification.faults --report docs/reliability.md

explore: .venv/.dev  ## a sample by chance of every interleaving of up to three processes, deeper than the tests go
	$(BIN)/python -m verification.interleavings --deep --random 20000 --minutes $(MINUTES) --seed $(SEED)

bench: .venv/.bench  ## what tracking costs, beside the floor and beside others, into docs/performance.md
	$(BIN)/python -m verification.benchmarks

docs: .venv/.dev  ## docs/fields.md, from the code
	$(BIN)/python -m tests.unit.docs.fields

pictures: .venv/.dev  ## docs/status.svg and docs/show.svg, from the real commands
	$(BIN)/python -m tests.e2e.cli.pictures

site: .venv/.site  ## the documentation site, into build/site; a dead link or a wrong docstring fails
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --conf-dir docs . build/site

.venv/.demo: pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --editable '.[cli]'
	touch $@

.venv/.dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) 'pip>=25.1'  # the first that knows dependency groups
	$(PIP) --group dev --editable '.[cli]'
	touch $@

# Older SDKs of PostHog, each in a folder that a test puts before the installed one; pure Python alone.
.venvs/sdks/.made: .venv/.dev Makefile
	rm -rf .venvs/sdks
	for version in $(SDKS); do \
		$(PIP) --no-deps --target .venvs/sdks/$$version posthog==$$version six python-dateutil backoff || exit 1; \
	done
	touch $@

.venv/.browser: .venv/.dev .ci/browser
	$(PIP) --group browser
	.ci/browser
	touch $@

.venv/.site: .venv/.dev
	$(PIP) --group site
	touch $@

.venv/.bench: .venv/.dev
	$(PIP) --group bench --editable '.[cli]'
	touch $@

clean:
	rm -rf .venv .venvs build dist
