"""The devices of JAX: what there is, how a CPU becomes several, and how several processes connect."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator

import jax
import keras
from jax.experimental import multihost_utils

from zoo.backend.types import Tensor
from zoo.data.fetching.places import cache_folder
from zoo.errors import ZooError
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.device_inventory import DeviceInventory

MIN_COMPILE_SECONDS = 0.3  # below which a compiled program is not cached
DEVICE_COUNT_FLAG = "xla_force_host_platform_device_count"  # in XLA_FLAGS


def device_inventory() -> DeviceInventory:
    """Look for GPUs and TPUs."""
    there = accelerators("auto")
    return DeviceInventory(f"JAX {jax.__version__}", [device.device_kind for device in there], platform(there))


def accelerators(kind: str) -> list[Tensor]:
    """Return this process's GPUs or TPUs; none for the kind `cpu`."""
    return [] if kind == "cpu" else [device for device in jax.local_devices() if device.platform != "cpu"]


def platform(devices: list[Tensor]) -> str:
    """Return what accelerators are: `gpu` or `tpu`."""
    return "tpu" if devices and devices[0].platform == "tpu" else "gpu"


def set_cpu_device_count(devices: int) -> None:
    """Make the CPU count as several devices, unless JAX has started or `XLA_FLAGS` says how many."""
    if DEVICE_COUNT_FLAG not in os.environ.get("XLA_FLAGS", ""):
        with contextlib.suppress(RuntimeError):
            jax.config.update("jax_num_cpu_devices", devices)


def enable_compilation_cache() -> None:
    """Cache what takes long to compile in the zoo's cache folder, unless another folder is configured."""
    if not jax.config.jax_compilation_cache_dir:
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "jax"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", MIN_COMPILE_SECONDS)


@functools.cache
def initialize_cluster(cluster: Cluster) -> None:
    """Connect to the other processes, once per process; blocks until all of them are there.

    Raises:
        ZooError: JAX has started already, or the others do not connect.
    """
    # Otherwise JAX aborts the remaining processes a minute and a half after one is lost, with a page of addresses.
    jax.config.update("jax_enable_recoverability", True)
    try:
        with _no_standard_output():
            keras.distribution.initialize(cluster.coordinator, cluster.workers, cluster.index)
            multihost_utils.sync_global_devices("zoo")
    except RuntimeError as error:
        if "before" in str(error):
            raise ZooError(
                "device=workers: JAX has already started in this process and can no longer join workers; "
                "use a new process"
            ) from error
        raise ZooError(f"device=workers: the workers cannot connect to {cluster.coordinator}: {error}") from error


@contextlib.contextmanager
def _no_standard_output() -> Iterator[None]:
    """Silence Gloo's greeting at the first message between processes: standard output belongs to the result."""
    sys.stdout.flush()
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
