"""Which devices a run uses, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass

from zoo.errors import UsageError

# Below some 16 rows a replica's matrix products no longer fill its core, and its overhead outweighs the split.
ROWS_WORTH_A_REPLICA = 16


@dataclass(frozen=True)
class DevicePlan:
    """Where a run happens.

    Attributes:
        kind: `cpu` or `gpu`.
        replicas: copies of the model that share every batch.
        threads: threads of one operation within a replica (on a CPU).
        reason: why so, for people.
    """

    kind: str
    replicas: int
    threads: int
    reason: str


def available_cores() -> int:
    """Cores that this process may use, which is fewer than the machine's under `taskset` or in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def plan_devices(kind: str, replicas: int, threads: int, rows: int, cores: int, gpus: int) -> DevicePlan:
    """Choose the device, the replicas and their threads.

    Args:
        kind: `auto`, `cpu` or `gpu`.
        replicas: as asked for; 0 for as many as fit.
        threads: as asked for; 0 for cores / replicas.
        rows: rows of a global batch.
        cores: cores that may be used.
        gpus: GPUs that are there.

    Returns:
        The plan.

    Raises:
        UsageError: no GPU where one was asked for, more replicas than GPUs or than rows.
    """
    if kind == "gpu" and not gpus:
        raise UsageError("device=gpu: TensorFlow sees no GPU here; use device=cpu, or install seqzoo[gpu]")
    if replicas > rows:
        raise UsageError(f"device.replicas={replicas} is more than the {rows} rows of a batch; raise batch.size")
    if kind == "gpu" or (kind == "auto" and gpus):
        if replicas > gpus:
            raise UsageError(f"device.replicas={replicas}, but there are {gpus} GPUs")
        count = replicas or max(1, min(gpus, rows))
        return DevicePlan("gpu", count, threads, f"{count} of {gpus} GPUs, one replica each")
    if replicas:
        count, why = replicas, "as asked for"
    else:
        count = max(1, min(cores, rows // ROWS_WORTH_A_REPLICA))
        why = f"a replica a core, each with {ROWS_WORTH_A_REPLICA} rows or more of the batch of {rows}"
    per_replica = threads or max(1, cores // count)
    return DevicePlan("cpu", count, per_replica, f"{cores} cores; {why}")
