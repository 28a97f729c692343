"""What TensorFlow sees of a machine."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from zoo.training.engines.device_inventory import DeviceInventory


def device_inventory() -> DeviceInventory:
    """Look for GPUs; nothing is started."""
    gpus = tf.config.list_physical_devices("GPU")
    cudnn = {"cudnn": str(tf.sysconfig.get_build_info().get("cudnn_version", "unknown"))} if gpus else {}
    return DeviceInventory(f"TensorFlow {tf.__version__}", [_named(gpu) for gpu in gpus], "gpu", cudnn)


def _named(gpu: Any) -> str:
    return str(tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name))
