# make         set up .venv, train a character model on Python's own source for a few minutes, sample from it
# make test    lint, then the tests (under 10 minutes on two cores)
# make slow    the tests that take longer
# make lint    ruff and mypy
# make bench   start-up times of the command
# make clean   remove what these made, runs/ excepted

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
# Stands for the finished installation; older than pyproject.toml, it is made anew.
INSTALLED := .venv/installed

.PHONY: run test slow lint bench clean

run: $(INSTALLED)
	$(BIN)/zoo run task=charlm
	$(BIN)/zoo sample charlm prime="def " length=400 temperature=0.6 seed=1

test: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

slow: $(INSTALLED)
	$(BIN)/python -m pytest -m slow

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python benchmarks/startup.py

$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Python 3.11 to 3.13 is needed; name one with make PYTHON=..."'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(INSTALLED)

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
