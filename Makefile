# `make quickstart` runs the sample; `make test` is what CI runs. Both work in a fresh clone.

PYTHON ?= $(firstword $(wildcard $(shell command -v python3.11)) $(shell command -v python3))
VENV   := .venv
BIN    := $(VENV)/bin
TRAIN  := $(VENV)/.installed-train
DEV    := $(VENV)/.installed-dev
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
TORCH  := $(shell sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)

.PHONY: help quickstart test lint types unit golden bench docs clean

help:
	@echo "make quickstart   environment in $(VENV), then the sample: compiled, trained, compared"
	@echo "make test         lint, types and tests, as in CI"
	@echo "make lint         ruff"
	@echo "make types        mypy, strict"
	@echo "make unit         the tests alone; PYTEST='-k name' selects"
	@echo "make golden       rewrite files of expected text; fails if any changed, read the diff"
	@echo "make bench        times of the compiler, of training and of answers, with ratios"
	@echo "make docs         rewrite the generated pages of docs/"
	@echo "make clean        remove $(VENV) and what tools have cached"

quickstart: $(TRAIN)
	$(BIN)/tunec run samples/dates/dates.tune

test: lint types unit

lint: $(DEV)
	$(BIN)/ruff check .

types: $(DEV)
	$(BIN)/mypy

unit: $(DEV)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 $(PYTEST)

golden: $(DEV)
	$(BIN)/python -m pytest --update-golden $(PYTEST)

bench: $(DEV)
	$(BIN)/python bench/compile_time.py
	$(BIN)/python bench/check_large_data.py
	$(BIN)/python bench/training_speed.py
	$(BIN)/python bench/generation.py

docs: $(DEV)
	$(BIN)/python -m tunec.spec.describe > docs/language-reference.md
	$(BIN)/python -c 'from tunec.diagnostics.explain import *; print(code_reference_markdown(), end="")' > docs/diagnostics.md
	-$(BIN)/python -m pytest --update-golden tests/exactness/test_row_shapes_page.py  # fails if it wrote

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# --- Environment ---------------------------------------------------------------------
#
# A stamp is as old as the last installation, so pip runs only after pyproject.toml changed. torch
# comes first and by itself: whatever build of it is found then is kept by what depends on it.

$(VENV)/bin/python:
	@"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "tunec needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "making $(VENV)"
	@"$(PYTHON)" -m venv $(VENV)

$(TRAIN): pyproject.toml | $(VENV)/bin/python
	@echo "installing $(TORCH) and what the scripts import"
	@$(PIP) $(TORCH)
	@$(PIP) --editable '.[train]'
	@touch $@

$(DEV): pyproject.toml | $(VENV)/bin/python
	@echo "installing $(TORCH) and what the tests need"
	@$(PIP) $(TORCH)
	@$(PIP) --editable '.[train,torchao,dev]'
	@touch $(TRAIN) $@
