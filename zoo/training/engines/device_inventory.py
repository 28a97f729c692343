"""What there is to compute on, and what a run would use of it, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zoo.processor import available_cores, instructions, memory, processor_name
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.device_plan import Planner, plan_devices, plan_worker

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class DeviceInventory:
    """What an engine sees of a machine.

    Attributes:
        engine: its name and version.
        accelerators: the name of each.
        platform: what they are: `gpu` or `tpu`.
        more: further facts to show.
    """

    engine: str
    accelerators: Sequence[str]
    platform: str = "gpu"
    more: Mapping[str, str] = field(default_factory=dict)


def describe_machine(
    device: Any, rows: int, cluster: Cluster, planner: Planner | None, inventory: DeviceInventory
) -> dict[str, Any]:
    """Describe the machine, and what a run would use; nothing is started.

    Args:
        device: settings, `zoo.settings.DeviceSettings`.
        rows: rows of a global batch.
        cluster: the workers.
        planner: of a plugin, which chooses what to use; None for the zoo's own choice.
        inventory: what the engine sees.

    Returns:
        What -> value, in the order to show it.

    Raises:
        UsageError: the device is not there, or more replicas were asked for than a batch has rows.
    """
    count, cores = len(inventory.accelerators), available_cores()
    kind = "auto" if device.kind == "workers" else device.kind
    if cluster.workers > 1:
        plan = plan_worker(cluster, device.replicas, device.threads, rows, cores, count, inventory.platform)
    elif planner is not None:
        plan = planner(device, rows, cores, count)
    else:
        plan = plan_devices(kind, device.replicas, device.threads, rows, cores, count, inventory.platform)
    row: dict[str, Any] = {"processor": f"{processor_name()}, {cores} cores to use"}
    if instructions():
        row["instructions"] = ", ".join(instructions())
    if memory():
        row["memory"] = f"{memory() / GIGABYTE:.1f} GiB"
    engine = inventory.engine.split()[0]
    row[f"{inventory.platform}s"] = ", ".join(inventory.accelerators) or f"none that {engine} sees"
    return row | {
        **inventory.more,
        "engine": inventory.engine,
        "device": plan.kind,
        "workers": cluster.workers,
        "replicas": plan.replicas,
        "threads": plan.threads,
        "precision": f"{device.precision}{_remark(device.precision, plan.kind)}",
        "reason": plan.reason,
    }


def _remark(precision: str, kind: str) -> str:
    """Say where a precision costs more time than it saves."""
    fast = {"AVX-512 for bfloat16", "AMX for bfloat16"} & set(instructions())
    if kind == "cpu" and (precision == "float16" or (precision == "bfloat16" and instructions() and not fast)):
        return " (emulated on this processor: slower than float32)"
    return ""
