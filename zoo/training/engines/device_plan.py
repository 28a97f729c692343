"""Which devices a run uses, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from zoo.errors import UsageError, did_you_mean
from zoo.settings import DeviceSettings
from zoo.training.engines.cluster import Cluster

# With fewer rows a replica's matrix products no longer fill its core, and its overhead outweighs the split.
MIN_ROWS_PER_REPLICA = 16

KINDS = ("auto", "cpu", "gpu", "workers", "tpu")
MISSING = {
    "gpu": "device=gpu: found no GPU; use device=cpu, or install seqzoo[gpu] (for engine=jax: seqzoo[jax-gpu])",
    "tpu": "device=tpu: found no TPU; use device=cpu, or install seqzoo[tpu] on a machine that has one",
}


class Accelerators(NamedTuple):
    """The GPUs or TPUs that an engine finds.

    Attributes:
        number: how many there are.
        platform: `gpu` or `tpu`.
    """

    number: int
    platform: str = "gpu"


@dataclass(frozen=True)
class DevicePlan:
    """The devices of a run.

    Attributes:
        kind: `cpu`, `gpu` or `tpu`.
        replicas: copies of the model in this process that share every batch.
        threads: threads of one operation within a replica (on a CPU).
        reason: why, for people.
    """

    kind: str
    replicas: int
    threads: int
    reason: str


Planner: TypeAlias = Callable[[DeviceSettings, int, int, int], DevicePlan]
"""Of a plugin: (settings of the device, rows of a global batch, cores, GPUs or TPUs) -> what to use of them."""


def check_kind(kind: str, planners: Iterable[str] = ()) -> None:
    """Refuse an unknown device.

    Args:
        kind: as requested.
        planners: names that plugins provide.

    Raises:
        UsageError: the device is unknown; the message suggests the nearest.
    """
    known = [*KINDS, *planners]
    if kind not in known:
        raise UsageError(f"unknown device '{kind}'{did_you_mean(kind, known)}")


def plan_devices(
    kind: str, replicas: int, threads: int, rows: int, cores: int, accelerators: int, platform: str = "gpu"
) -> DevicePlan:
    """Choose the device, the replicas and their threads.

    Args:
        kind: `auto`, `cpu`, `gpu` or `tpu`.
        replicas: as requested; 0 for as many as fit.
        threads: as requested; 0 for cores / replicas.
        rows: rows of a global batch.
        cores: cores that may be used.
        accelerators: number of GPUs or TPUs.
        platform: `gpu` or `tpu`.

    Raises:
        UsageError: there is no GPU or TPU where one was requested, or there are more replicas than GPUs, TPUs or rows.
    """
    if kind in MISSING and (not accelerators or kind != platform):
        raise UsageError(MISSING[kind])
    if replicas > rows:
        raise UsageError(f"device.replicas={replicas} is more than the {rows} rows of a batch; increase batch.size")
    if kind in MISSING or (kind == "auto" and accelerators):
        there = "is 1 " if accelerators == 1 else f"are {accelerators} "
        there += platform.upper() + ("" if accelerators == 1 else "s")
        if replicas > accelerators:
            raise UsageError(f"device.replicas={replicas}, but there {there}")
        count = replicas or max(1, min(accelerators, rows))
        return DevicePlan(platform, count, threads, f"one replica per {platform.upper()}; there {there}")
    if replicas:
        count, why = replicas, "as requested"
    else:
        count = max(1, min(cores, rows // MIN_ROWS_PER_REPLICA))
        why = f"one replica per core with at least {MIN_ROWS_PER_REPLICA} of the batch's {rows} rows each"
    per_replica = threads or max(1, cores // count)
    return DevicePlan("cpu", count, per_replica, f"{cores} cores; {why}")


def plan_worker(
    cluster: Cluster, replicas: int, threads: int, rows: int, cores: int, accelerators: int, platform: str = "gpu"
) -> DevicePlan:
    """Choose the devices of one of several workers: its GPUs or TPUs, or its CPU as one replica.

    Args:
        cluster: of the workers.
        replicas: as requested, of this worker; 0 for as many as fit.
        threads: as requested; 0 for all cores.
        rows: rows of a global batch.
        cores: cores that may be used.
        accelerators: number of GPUs or TPUs.
        platform: `gpu` or `tpu`.

    Raises:
        UsageError: there are more workers than rows, or several replicas on a CPU.
    """
    if cluster.workers * max(1, accelerators) > rows:
        raise UsageError(f"{cluster.workers} workers are more than the {rows} rows of a batch; increase batch.size")
    place = f"worker {cluster.index} of {cluster.workers}"
    if accelerators:
        name = platform.upper() + "s"
        if replicas not in (0, accelerators):
            raise UsageError(
                f"device.replicas={replicas}: a worker uses all of its {accelerators} {name}; hide some instead"
            )
        return DevicePlan(platform, accelerators, threads, f"{place}, {accelerators} {name}")
    if replicas > 1:
        raise UsageError(f"device.replicas={replicas}: a worker on a CPU is one replica; start more workers")
    return DevicePlan("cpu", 1, threads or cores, place)
