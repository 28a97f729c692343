"""Describes a machine's devices, and which of them a run would use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zoo.processor import available_cores, instructions, memory, processor_name
from zoo.settings import DeviceSettings
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.device_plan import Planner, plan_devices, plan_worker

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class DeviceInventory:
    """The devices that an engine finds on a machine.

    Attributes:
        engine: its name and version.
        accelerators: the name of each.
        platform: `gpu` or `tpu`.
        facts: further facts to show.
    """

    engine: str
    accelerators: Sequence[str]
    platform: str = "gpu"
    facts: Mapping[str, str] = field(default_factory=dict)


def describe_machine(
    device: DeviceSettings, rows: int, cluster: Cluster, planner: Planner | None, inventory: DeviceInventory
) -> dict[str, str | int]:
    """Describe the machine and what a run would use, without starting anything.

    Args:
        device: settings.
        rows: rows of a global batch.
        cluster: the workers.
        planner: of a plugin, which chooses the devices; None for the zoo's own choice.
        inventory: what the engine finds.

    Returns:
        Name of a fact -> value, in the order to show them.

    Raises:
        UsageError: the device does not exist, or there are more replicas than rows.
    """
    count, cores = len(inventory.accelerators), available_cores()
    requested = (device.replicas, device.threads, rows, cores, count)
    if cluster.workers > 1:
        plan = plan_worker(cluster, *requested, inventory.platform)
    elif planner is not None:
        plan = planner(device, rows, cores, count)
    else:
        kind = "auto" if device.kind == "workers" else device.kind
        plan = plan_devices(kind, *requested, inventory.platform)
    facts: dict[str, str | int] = {"processor": f"{processor_name()}, {cores} cores to use"}
    if instructions():
        facts["instructions"] = ", ".join(instructions())
    if memory():
        facts["memory"] = f"{memory() / GIGABYTE:.1f} GiB"
    engine = inventory.engine.split()[0]
    facts[f"{inventory.platform}s"] = ", ".join(inventory.accelerators) or f"none that {engine} finds"
    return facts | {
        **inventory.facts,
        "engine": inventory.engine,
        "device": plan.kind,
        "workers": cluster.workers,
        "replicas": plan.replicas,
        "threads": plan.threads,
        "precision": f"{device.precision}{_remark(device.precision, plan.kind)}",
        "reason": plan.reason,
    }


def _remark(precision: str, kind: str) -> str:
    """Warn of a precision that costs more time than it saves."""
    fast = {"AVX-512 for bfloat16", "AMX for bfloat16"} & set(instructions())
    if kind == "cpu" and (precision == "float16" or (precision == "bfloat16" and instructions() and not fast)):
        return " (emulated on this processor: slower than float32)"
    return ""
