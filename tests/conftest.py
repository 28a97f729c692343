"""Shared by the tests: two CPU devices, set before TensorFlow or JAX starts, and small texts."""

from __future__ import annotations

import copy
import gc
import os
import random
import sys

from tests.settings_by_part import SettingsByPart

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick_graphs import skip_graph_optimization

RHYME = (
    "one two, buckle my shoe;\nthree four, knock at the door;\nfive six, pick up sticks;\n"
    "seven eight, lay them straight;\nnine ten, a big fat hen.\n"
)

TINY: SettingsByPart = {
    "model": {"units": 16, "layers": 1},
    "batch": {"size": 16, "length": 16},
    "train": {"steps": 4, "evaluate_every": 2},
    "search": {"length": 20},
}


@pytest.fixture(scope="session", autouse=True)
def two_devices() -> None:
    """Give this process two CPU devices, as `zoo run` does on two cores."""

    def start() -> None:
        if os.environ.get("KERAS_BACKEND") == "jax":
            import jax

            jax.devices()
            return
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(2)
        skip_graph_optimization()
        # TensorFlow starts here, or the first run of a test on a machine with one core would take one of them away.
        tf.config.list_logical_devices()

    start()
    # Libraries stay until the end: the garbage collector need not look at them again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def same_draws() -> None:
    """Start each test from the same numbers: Keras draws the seeds that it is not given from `random`."""
    random.seed(0)


@pytest.fixture(scope="module", autouse=True)
def same_import_path() -> Iterator[None]:
    """Take off the import path what a file of tests has put on it: a task that is loaded by its file adds one."""
    before = list(sys.path)
    yield
    sys.path[:] = before


@pytest.fixture
def rhyme(tmp_path: Path) -> Path:
    """A file with a rhyme, over and over."""
    path = tmp_path / "rhyme.txt"
    path.write_text(RHYME * 40, encoding="utf-8")
    return path


@pytest.fixture
def tiny() -> SettingsByPart:
    """Settings of a character model that trains in seconds; a copy, to be changed."""
    return copy.deepcopy(TINY)
