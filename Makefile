# make demo    the first run: bundled logs as Sentry issues; needs no account
# make test    all tests, linters and types; what CI runs
# make lint    ruff and mypy only
# make bench   the benchmarks (tests/benchmarks/README.md)
#
# Each target installs what it needs.  Needed on the machine: Python >= 3.11, make, git.

PYTHON ?= python3
BIN := .venv/bin
PIP := install --quiet --disable-pip-version-check
EXAMPLES := deploy/examples
SIDECAR := $(BIN)/sidecar

# A real Sentry-compatible server for the end-to-end tests, in an environment of its own: its pins clash with nothing there.
BUGSINK := .cache/bugsink
BUGSINK_VERSION := 2.6.1

.PHONY: venv demo test lint bench clean

venv: .venv/.stamp

.venv/.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "sentry-sidecar needs Python >= 3.11: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip $(PIP) --editable '.[test]'
	@touch $@

$(BUGSINK)/.stamp-$(BUGSINK_VERSION):
	$(PYTHON) -m venv $(BUGSINK)
	$(BUGSINK)/bin/pip $(PIP) bugsink==$(BUGSINK_VERSION)
	@touch $@

demo: venv
	@printf '%s\n' '$$ sidecar backfill --dry-run -c $(EXAMPLES)/sidecar.toml \' \
	  '    $(EXAMPLES)/php-backend/logs/php_error.log' ''
	@$(SIDECAR) backfill --dry-run -c $(EXAMPLES)/sidecar.toml $(EXAMPLES)/php-backend/logs/php_error.log
	@printf '%s\n' '' '$$ sidecar backfill --dry-run -c $(EXAMPLES)/sidecar.toml \' \
	  '    $(EXAMPLES)/node-websocket/logs/server.log' ''
	@$(SIDECAR) backfill --dry-run -c $(EXAMPLES)/sidecar.toml $(EXAMPLES)/node-websocket/logs/server.log
	@printf '%s\n' '' 'One of these events in full, as Sentry would get it:' '' \
	  '$$ sidecar explain -c $(EXAMPLES)/sidecar.toml --match InvoiceFailed --limit 1 \' \
	  '    $(EXAMPLES)/php-backend/logs/php_error.log' ''
	@$(SIDECAR) explain -c $(EXAMPLES)/sidecar.toml --match InvoiceFailed --limit 1 \
	  $(EXAMPLES)/php-backend/logs/php_error.log
	@printf '%s\n' 'Now your own log:  $(SIDECAR) backfill --dry-run YOUR.log'

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint $(BUGSINK)/.stamp-$(BUGSINK_VERSION)
	$(BIN)/pytest --numprocesses=auto --dist=loadfile --cov --cov-report=term

bench: venv
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
