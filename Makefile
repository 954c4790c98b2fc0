# `make chat` talks with the bot, `make test` passes every test. Both set up all they need in .venv and nothing elsewhere.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
AUDIT_STAMP := .venv/audit/.installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: chat test lint bench check audit format clean help

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' Makefile

chat: $(RUN_STAMP) ## Talk with the bot in this terminal
	@$(BIN)/echobot chat

check: $(RUN_STAMP) ## Check the knowledge base, strictly
	@$(BIN)/echobot check --strict knowledge

test: export PYTHONDONTWRITEBYTECODE = # where it is set, each of the many processes would compile everything anew
test: $(DEV_STAMP) ## Pass every test, the real servers' ones included
	@echo "Running the tests (a real Matrix server is started on this machine for some of them) ..."
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST)

lint: $(DEV_STAMP) ## Style, types, and the direction of the imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

audit: $(AUDIT_STAMP) ## Ask whether anything installed has a known vulnerability
	@$(BIN)/python deploy/audit.py .venv/audit/bin/pip-audit "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

format: $(DEV_STAMP) ## Put the code into the house's form
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(DEV_STAMP) ## Measure: answers, memory, the way through a real Matrix server
	@$(BIN)/python -m benchmarks

clean: ## Remove what was set up
	rm -rf .venv

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "echobot needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making a place for Python packages in .venv ..."
	@$(PYTHON) -m venv .venv || { echo "Python cannot make virtual environments here; on Debian: apt install python3-venv" >&2; rm -rf .venv; exit 1; }

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing echobot and what it needs into .venv (a minute the first time) ..."
	@$(INSTALL) --editable .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing echobot, what it needs and the test tools into .venv, a Matrix server among them (a minute or two the first time) ..."
	@$(INSTALL) --editable '.[dev]'
	@touch $(RUN_STAMP) $@

$(AUDIT_STAMP): $(RUN_STAMP)
	@echo "Installing pip-audit into a place of its own, .venv/audit ..."
	@$(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9,<3'
	@touch $@
