"""Which devices a run uses, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from zoo.errors import UsageError, did_you_mean
from zoo.training.engines.cluster import Cluster

# Below some 16 rows a replica's matrix products no longer fill its core, and its overhead outweighs the split.
ROWS_WORTH_A_REPLICA = 16

KINDS = ("auto", "cpu", "gpu", "workers", "tpu")
MISSING = {
    "gpu": "device=gpu: no GPU is seen here; use device=cpu, or install seqzoo[gpu] (for engine=jax: seqzoo[jax-gpu])",
    "tpu": "device=tpu: no TPU is seen here; use device=cpu, or install seqzoo[tpu] on a machine with one",
}
# (settings of the device, rows of a global batch, cores, GPUs or TPUs) -> what to use of them; plugins give such.
Planner = Callable[[Any, int, int, int], "DevicePlan"]


def check_kind(kind: str, planners: Iterable[str] = ()) -> None:
    """Refuse a device that nobody knows.

    Args:
        kind: as asked for.
        planners: names that plugins give.

    Raises:
        UsageError: it is no device; names the nearest.
    """
    known = [*KINDS, *planners]
    if kind not in known:
        raise UsageError(f"unknown device '{kind}'{did_you_mean(kind, known)}")


@dataclass(frozen=True)
class DevicePlan:
    """Where a run happens.

    Attributes:
        kind: `cpu`, `gpu` or `tpu`.
        replicas: copies of the model in this process that share every batch.
        threads: threads of one operation within a replica (on a CPU).
        reason: why so, for people.
    """

    kind: str
    replicas: int
    threads: int
    reason: str


def plan_devices(
    kind: str, replicas: int, threads: int, rows: int, cores: int, accelerators: int, platform: str = "gpu"
) -> DevicePlan:
    """Choose the device, the replicas and their threads.

    Args:
        kind: `auto`, `cpu`, `gpu` or `tpu`.
        replicas: as asked for; 0 for as many as fit.
        threads: as asked for; 0 for cores / replicas.
        rows: rows of a global batch.
        cores: cores that may be used.
        accelerators: GPUs or TPUs that are there.
        platform: what they are: `gpu` or `tpu`.

    Returns:
        The plan.

    Raises:
        UsageError: no GPU or TPU where one was asked for, more replicas than there are of them, or than rows.
    """
    if kind in MISSING and (not accelerators or kind != platform):
        raise UsageError(MISSING[kind])
    if replicas > rows:
        raise UsageError(f"device.replicas={replicas} is more than the {rows} rows of a batch; raise batch.size")
    if kind in MISSING or (kind == "auto" and accelerators):
        there = "is 1 " if accelerators == 1 else f"are {accelerators} "
        there += platform.upper() + ("" if accelerators == 1 else "s")
        if replicas > accelerators:
            raise UsageError(f"device.replicas={replicas}, but there {there}")
        count = replicas or max(1, min(accelerators, rows))
        return DevicePlan(platform, count, threads, f"one replica a {platform.upper()}; there {there}")
    if replicas:
        count, why = replicas, "as asked for"
    else:
        count = max(1, min(cores, rows // ROWS_WORTH_A_REPLICA))
        why = f"a replica a core, each with {ROWS_WORTH_A_REPLICA} rows or more of the batch of {rows}"
    per_replica = threads or max(1, cores // count)
    return DevicePlan("cpu", count, per_replica, f"{cores} cores; {why}")


def plan_worker(
    cluster: Cluster, replicas: int, threads: int, rows: int, cores: int, accelerators: int, platform: str = "gpu"
) -> DevicePlan:
    """Choose what one of several workers computes on: its GPUs or TPUs, or its CPU as one replica.

    Args:
        cluster: of the workers.
        replicas: as asked for, of this worker; 0 for as many as fit.
        threads: as asked for; 0 for the cores, shared by the workers that are on this machine.
        rows: rows of a global batch.
        cores: cores that may be used.
        accelerators: GPUs or TPUs that are there.
        platform: what they are: `gpu` or `tpu`.

    Returns:
        The plan of this worker.

    Raises:
        UsageError: more workers than rows, or several replicas on a CPU.
    """
    if cluster.workers * max(1, accelerators) > rows:
        raise UsageError(f"{cluster.workers} workers are more than the {rows} rows of a batch; raise batch.size")
    if accelerators:
        name = platform.upper() + "s"
        if replicas not in (0, accelerators):
            raise UsageError(
                f"device.replicas={replicas}: a worker uses all its {accelerators} {name}; hide some instead"
            )
        where = f"worker {cluster.index} of {cluster.workers}, {accelerators} {name}"
        return DevicePlan(platform, accelerators, threads, where)
    if replicas > 1:
        raise UsageError(f"device.replicas={replicas}: a worker on a CPU is one replica; start more workers")
    return DevicePlan("cpu", 1, threads or cores, f"worker {cluster.index} of {cluster.workers}")
