"""The devices of JAX: which there are, and how several processes share theirs."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from typing import Any

import jax
import keras
from jax.experimental import multihost_utils

from zoo.data.fetching.places import cache_folder
from zoo.errors import ZooError
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.device_inventory import DeviceInventory

WORTH_KEEPING = 0.3  # seconds of compilation
FORCED = "xla_force_host_platform_device_count"  # in XLA_FLAGS


def device_inventory() -> DeviceInventory:
    """Look for accelerators."""
    there = accelerators("auto")
    return DeviceInventory(f"JAX {jax.__version__}", [device.device_kind for device in there], platform(there))


def accelerators(kind: str) -> list[Any]:
    """Find this process's GPUs or TPUs.

    Args:
        kind: `cpu` looks for none.
    """
    return [] if kind == "cpu" else [device for device in jax.local_devices() if device.platform != "cpu"]


def platform(devices: list[Any]) -> str:
    """Say what accelerators are: `gpu` or `tpu`."""
    return "tpu" if devices and devices[0].platform == "tpu" else "gpu"


def set_cpu_device_count(devices: int) -> None:
    """Have the processor count as some devices, unless JAX has started already or was told otherwise."""
    if FORCED not in os.environ.get("XLA_FLAGS", ""):
        with contextlib.suppress(RuntimeError):
            jax.config.update("jax_num_cpu_devices", devices)


def enable_compilation_cache() -> None:
    """Keep what takes long to compile in the zoo's cache folder, unless somebody has named another."""
    if not jax.config.jax_compilation_cache_dir:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "jax"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", WORTH_KEEPING)


@functools.cache
def initialize_cluster(cluster: Cluster) -> None:
    """Meet the other processes, once a process; takes until all of them are there.

    Raises:
        ZooError: JAX has started already, or the others do not come.
    """
    # Otherwise whoever is left when one has gone is aborted, a minute and a half later and with a page of addresses.
    jax.config.update("jax_enable_recoverability", True)
    try:
        with _no_standard_output():
            keras.distribution.initialize(cluster.coordinator, cluster.workers, cluster.index)
            multihost_utils.sync_global_devices("zoo")
    except RuntimeError as error:
        if "before" in str(error):
            raise ZooError(
                "device=workers: JAX has started in this process already, and cannot join workers any more; "
                "use a new process"
            ) from error
        raise ZooError(f"device=workers: the workers do not meet at {cluster.coordinator}: {error}") from error


@contextlib.contextmanager
def _no_standard_output() -> Iterator[None]:
    """Around the first message between processes: Gloo greets on the standard output, which belongs to the outcome."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
