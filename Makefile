# make           install what a user needs, train a small translator, translate with it
# make test      lint, then the tests (under 10 minutes on two cores)
# make jax       the tests of what must be the same on JAX, there
# make nightly   the long run: learning curves, many kills, gigabyte files, every task on every engine, long fuzzing
# make coverage  the tests, with the lines that they reach
# make lint      ruff and mypy
# make docs      the documentation as a site, in site/index.html
# make gallery   trains a run of each task (half an hour) and writes their reports, site/gallery/index.html
# make reference the pages and pictures of docs/ that code writes
# make api       record the public interface, unless the changelog does not name what has changed
# make bench     start-up times of the command
# make clean     remove what these made, runs/ excepted

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
# These stand for finished installations; older than pyproject.toml, they are made anew.
USER := .venv/user
DEVELOPER := .venv/developer
# A worker that has run its share takes tests from the other.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal
# XLA compiles twice as fast if it optimises little. The long run has it optimise as users do.
QUICK := XLA_FLAGS=--xla_backend_optimization_level=0

.PHONY: run test jax nightly coverage lint docs gallery reference api bench clean

run: $(USER)
	$(BIN)/zoo run task=translation
	$(BIN)/zoo predict translation --alignment "The teacher did not find her green umbrella last Sunday."

test: lint
	$(QUICK) $(PYTEST)

coverage: lint
	$(QUICK) $(PYTEST) --cov --cov-report=term:skip-covered

# What the tests of one backend alone are about is left out: the kernels for TensorFlow, and `tf.GradientTape`.
jax: $(DEVELOPER)
	KERAS_BACKEND=jax $(QUICK) $(PYTEST) -k "not xla and not gradient and not gaze" \
	  tests/layers/test_draws.py tests/layers/test_jax_layers.py tests/layers/test_keras_inputs.py \
	  tests/layers/test_masked_values.py tests/models/test_classifier.py tests/models/test_tagger.py \
	  tests/search tests/tasks/test_built_in_tasks.py tests/test_check_task.py tests/topology \
	  tests/training/test_checkpoint.py tests/training/test_exactness.py tests/training/test_jax_padding.py \
	  tests/training/test_jax_worker_gone.py tests/training/test_precision.py plugins

nightly: $(DEVELOPER)
	ZOO_FUZZ=1500 $(PYTEST) -m "slow or fuzz"

lint: $(DEVELOPER)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(DEVELOPER)
	$(BIN)/python docs site

gallery: $(DEVELOPER)
	$(BIN)/python docs gallery

reference: $(DEVELOPER)
	$(BIN)/python docs reference

api: $(DEVELOPER)
	$(BIN)/python -m tests.public_api

bench: $(USER)
	$(BIN)/python benchmarks/startup.py

# The plugins of this repository are installed as strangers' would be, so that their entry points are seen.
PLUGINS := $(wildcard plugins/*/pyproject.toml)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "Python 3.11 to 3.13 is needed; name one with make PYTHON=...")'
	@echo "Creating a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

$(USER): pyproject.toml | .venv/bin/python
	@echo "Installing the zoo and TensorFlow into .venv; this takes a minute or two and some 2 GB of disk"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEVELOPER): pyproject.toml $(PLUGINS) | .venv/bin/python
	@echo "Installing what the tests and the documentation need into .venv as well; this takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' $(PLUGINS:%/pyproject.toml=--editable ./%)
	@touch $(USER) $@

clean:
	rm -rf .venv dist build site .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
