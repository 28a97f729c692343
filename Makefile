# make         set up .venv, train a small translator for three minutes, translate with it
# make test    lint, then the tests (under 10 minutes on two cores)
# make slow    the tests that take longer
# make jax     the tests of what must be the same on JAX, there
# make lint    ruff and mypy
# make docs    the documentation as a site, in site/index.html
# make reference   the pages and pictures of docs/ that code writes
# make api     record the public interface, unless the changelog does not name what has changed
# make bench   start-up times of the command
# make clean   remove what these made, runs/ excepted

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
# Stands for the finished installation; older than pyproject.toml, it is made anew.
INSTALLED := .venv/installed

.PHONY: run test slow jax lint docs reference api bench clean

run: $(INSTALLED)
	$(BIN)/zoo run task=translation
	$(BIN)/zoo predict translation --alignment "The teacher did not find her green umbrella last Sunday."

test: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

slow: $(INSTALLED)
	$(BIN)/python -m pytest -m slow -n $(JOBS) --dist loadfile

# What the tests of one backend alone are about is left out: the kernels for TensorFlow, and `tf.GradientTape`. The flag
# halves the time of compilation, which is most of these tests.
jax: $(INSTALLED)
	KERAS_BACKEND=jax XLA_FLAGS=--xla_backend_optimization_level=0 \
	  $(BIN)/python -m pytest -n $(JOBS) --dist loadfile -k "not xla and not gradient and not gaze" \
	  tests/layers/test_draws.py tests/layers/test_jax_layers.py tests/models/test_classifier.py tests/models/test_tagger.py \
	  tests/search tests/tasks/test_built_in_tasks.py tests/test_check_task.py tests/topology \
	  tests/training/test_checkpoint.py tests/training/test_exactness.py tests/training/test_jax_padding.py \
	  tests/training/test_jax_worker_gone.py tests/training/test_precision.py plugins

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(INSTALLED)
	$(BIN)/python docs site

reference: $(INSTALLED)
	$(BIN)/python docs reference

api: $(INSTALLED)
	$(BIN)/python -m tests.public_api

bench: $(INSTALLED)
	$(BIN)/python benchmarks/startup.py

# The plugins of this repository are installed as strangers' would be, so that their entry points are seen.
PLUGINS := $(wildcard plugins/*/pyproject.toml)

$(INSTALLED): pyproject.toml $(PLUGINS)
	$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Python 3.11 to 3.13 is needed; name one with make PYTHON=..."'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]' $(PLUGINS:%/pyproject.toml=--editable ./%)
	touch $(INSTALLED)

clean:
	rm -rf .venv dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis
