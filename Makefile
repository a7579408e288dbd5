# The project's two commands are `make run` and `make test`; `make` alone lists the rest.
# Needs Python 3.11 with pip, and make. Everything else is installed into .venv by the first call.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
INSTALLED := .venv/.installed
IS_3_11 := -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
# The first of these that is a Python 3.11 and starts (a version manager's shim may not).
PYTHON ?= $(shell for name in python3.11 python3 python; do \
	"$$name" $(IS_3_11) 2>/dev/null && command -v "$$name" && break; done)
# Debian's Python comes without ensurepip: there the outer pip works into the environment.
PIP = $$($(BIN)/python -c 'import pip' 2>/dev/null && echo $(BIN)/python -m pip || \
	echo $(PYTHON) -m pip --python $(BIN)/python) -qq --disable-pip-version-check
# Tests and Dagster start `dbt` and the linters by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Without cached bytecode every start of dbt or Great Expectations compiles anew: twice the wait.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sort | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: run
run: $(INSTALLED) ## load a file or folder (DATA=path; without it a simulated community), build, check
	@$(BIN)/chhimeki run $${DATA:+"$$DATA"}

.PHONY: test
test: $(INSTALLED) ## run every test, on two cores
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

.PHONY: test-deep
test-deep: $(INSTALLED) ## run every test with many more generated examples and seeds
	@TEST_DEPTH=deep $(BIN)/python -m pytest -n 2 --no-loadscope-reorder

.PHONY: lint
lint: $(INSTALLED) ## run the checks of style, types, imports and SQL layout only
	@$(BIN)/python -m pytest tests/contract/test_tooling.py

.PHONY: format
format: $(INSTALLED) ## rewrite Python and SQL into the project's layout
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/chhimeki up
	@$(BIN)/sqlfluff fix --quiet dbt_project

.PHONY: bench
bench: $(INSTALLED) .venv-bench/.installed ## measure it all, 45 min (one: BENCH=name; smaller: EVENTS=n; ROUNDS=n)
	@$(BIN)/python -m benchmarks $${BENCH:-} $${EVENTS:+--events "$$EVENTS"} $${ROUNDS:+--rounds "$$ROUNDS"}

.PHONY: dagster
dagster: $(INSTALLED) ## open Dagster's pages on http://127.0.0.1:3000
	@$(BIN)/chhimeki up
	@$(BIN)/dagster dev

.PHONY: lock
lock: ## compile the locks again from pyproject.toml and benchmarks/requirements.in (needs uv)
	@uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal \
		--generate-hashes --no-strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --quiet -o requirements.lock
	@uv pip compile benchmarks/requirements.in --python-version 3.11 --universal \
		--generate-hashes --no-strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --quiet -o benchmarks/requirements.lock

.PHONY: clean
clean: ## stop the server, remove the environment and all local state (loaded data too)
	@if [ -x .venv/bin/chhimeki ]; then $(BIN)/chhimeki down || true; fi
	@rm -rf .venv .venv-bench .chhimeki target logs *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis .tmp_dagster_home_*

# The stamp is written last: an interrupted installation is taken up again by the next call.
$(INSTALLED): requirements.lock pyproject.toml
	@$(or $(PYTHON),false) $(IS_3_11) 2>/dev/null || { \
		echo 'Python 3.11 is needed and was not found. Name it: make PYTHON=/path/to/python3.11 …' >&2; \
		exit 1; }
	@echo 'installing the environment into .venv: about 90 s, once …'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv >/dev/null 2>&1 || \
		$(PYTHON) -m venv --clear --without-pip .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# What the warehouse is compared with has dependencies of its own, which must not meet ours.
.venv-bench/.installed: benchmarks/requirements.lock $(INSTALLED)
	@echo 'installing what the benchmarks compare with into .venv-bench, once …'
	@[ -x .venv-bench/bin/python ] || $(BIN)/python -m venv --without-pip .venv-bench
	@$$($(BIN)/python -c 'import pip' 2>/dev/null && echo $(BIN)/python || echo $(PYTHON)) -m pip \
		--python .venv-bench/bin/python install -qq --disable-pip-version-check \
		--require-hashes -r benchmarks/requirements.lock
	@touch $@
