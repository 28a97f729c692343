"""Two CPU devices for all tests, set before TensorFlow starts."""

from __future__ import annotations

import contextlib
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest


@pytest.fixture(scope="session", autouse=True)
def two_devices() -> None:
    """Give this process two CPU devices of one thread each, as `zoo run` does on two cores."""

    def start() -> None:
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(2)

    # All tests of the zoo may run in one process, whose own fixture has done it already.
    with contextlib.suppress(RuntimeError):
        start()
