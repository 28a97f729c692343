"""Finds the devices of an engine, and imports it only where the machine has an accelerator that it might use."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zoo.training.engines.device_inventory import DeviceInventory

TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}
DEVICE_FILES = ("nvidia[0-9]*", "nvidiactl", "dxg", "kfd", "accel*", "vfio/[0-9]*")
"""Below /dev on Linux: GPUs by NVIDIA, those of Windows' subsystem, by AMD, and TPUs."""


def find_devices(engine: str) -> DeviceInventory:
    """Find the devices of an engine.

    Args:
        engine: `tensorflow` or `jax`.

    Returns:
        What the engine finds; without importing it, where the machine has no GPU and no TPU.
    """
    if engine not in sys.modules and not may_have_accelerators():
        with suppress(PackageNotFoundError):
            return DeviceInventory(f"{TITLES[engine]} {version(engine)}", [])
    if engine == "jax":
        from zoo.training.engines.jax.devices import device_inventory
    else:
        from zoo.training.engines.tensorflow.devices import device_inventory
    return device_inventory()


def may_have_accelerators(root: Path = Path("/dev")) -> bool:
    """Whether the machine may have a GPU or a TPU.

    Args:
        root: the folder of device files.
    """
    if sys.platform != "linux":
        return True
    return any(True for pattern in DEVICE_FILES for _ in root.glob(pattern))
