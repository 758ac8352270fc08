# Every target sets up what it needs by itself. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Calls mostly wait: for a tone, a word, a time to pass. Three at a time keep two cores two thirds busy.
REAL_WORKERS ?= 3
# What the program logs in all tests is kept here, and searched for what no log may hold.
TEST_LOGS := .test-logs
COLLECTING := ARI_ABSENCE_TEST_LOGS=$(TEST_LOGS) $(BIN)/python -m pytest -p tests.log_collection

.PHONY: help setup check audit test demo bench load sounds clean

help:
	@echo "make audit   ask PyPI for known vulnerabilities of what is installed; make check asks once a day"
	@echo "make demo    a real Asterisk, real calls: watch the main job done"
	@echo "make test    every check and every test (what .ci/run calls)"
	@echo "make check   ruff and mypy only"
	@echo "make bench   speed, side by side with a plain dialplan, app_voicemail and app_followme"
	@echo "make load    an office's calls by day, all at once, in a storm, in a night of restarts; NIGHT=full: 8 hours"
	@echo "make sounds  build the spoken phrases again (needs a speech engine)"
	@echo "make clean   remove the virtual environment and what the tools left"

setup: $(VENV)/.complete

$(VENV)/.complete: setup.cfg pyproject.toml
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup
	@touch $@

check: setup
	@echo "== ruff: rules and format"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== mypy --strict"
	@$(BIN)/mypy
	@echo "== dependencies without a known vulnerability"
	@$(BIN)/python .ci/audit

audit: setup
	@AUDIT=required $(BIN)/python .ci/audit

test: check
	@echo "== the laboratory Asterisk (unpacked once for this user)"
	@$(BIN)/ari-absence lab fetch
	@echo "== pytest: what needs no telephone, on $(WORKERS) processes"
	@rm -rf $(TEST_LOGS)
	@$(COLLECTING) -n $(WORKERS) -m "not real" --durations=10
	@echo "== pytest: on a real Asterisk, with real phones, on $(REAL_WORKERS) processes"
	@$(COLLECTING) -n $(REAL_WORKERS) --dist loadgroup -m real --durations=15
	@echo "== the logs of all these tests: no secret, no private number, no note"
	@$(BIN)/python -m tests.search_logs $(TEST_LOGS)

demo: setup
	@$(BIN)/python -m ari_absence.lab.demo

bench: setup
	@$(BIN)/ari-absence bench

load: setup
	@$(BIN)/python -m bench.load --night $(or $(NIGHT),short)

sounds: setup
	@$(BIN)/ari-absence sounds build

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .test-logs build dist *.egg-info
