"""The devices of TensorFlow: what there is, how a CPU becomes several, and the strategy over them."""

from __future__ import annotations

import contextlib
import functools

import tensorflow as tf

from zoo.backend.types import Tensor
from zoo.errors import ZooError
from zoo.training.engines.device_inventory import DeviceInventory


def device_inventory() -> DeviceInventory:
    """Look for GPUs; nothing is started."""
    gpus = tf.config.list_physical_devices("GPU")
    cudnn = {"cudnn": str(tf.sysconfig.get_build_info().get("cudnn_version", "unknown"))} if gpus else {}
    return DeviceInventory(f"TensorFlow {tf.__version__}", [_name(gpu) for gpu in gpus], "gpu", cudnn)


def _name(gpu: Tensor) -> str:
    return str(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name))


def count_gpus() -> int:
    """Count the GPUs; nothing is started."""
    return len(tf.config.list_physical_devices("GPU"))


def split_cpu(devices: int, threads: int) -> int:
    """Make the CPU count as several logical devices, unless TensorFlow has started.

    Args:
        devices: how many.
        threads: threads of one operation on each.

    Returns:
        How many there are.
    """
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(devices)
    except RuntimeError:
        return len(tf.config.list_logical_devices("CPU"))
    return devices


def set_threads(threads: int) -> None:
    """Set the threads of one operation, unless TensorFlow has started."""
    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)


@functools.cache
def mirrored_strategy(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    """Return the strategy over some devices, one per process.

    Every strategy numbers its reductions from the same number on, while TensorFlow remembers the shapes that went with
    the numbers as long as the process lives: a second strategy, of a model of other shapes, would fail.
    """
    if devices[0].startswith("CPU"):
        # Replicas on a CPU share its memory: one of them adds up, and the others see the sum without a copy.
        return tf.distribute.MirroredStrategy(devices, cross_device_ops=tf.distribute.ReductionToOneDevice())
    return tf.distribute.MirroredStrategy(devices)


@functools.cache
def worker_strategy() -> tf.distribute.Strategy:
    """Connect to the other workers, once per process; blocks until all of them are there.

    Raises:
        ZooError: TensorFlow has started already.
    """
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise ZooError(
            "device=workers: TensorFlow has already started in this process and can no longer join workers; "
            "use a new process"
        ) from error
