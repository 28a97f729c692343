"""Engines: what a step, a replica and a compiled function are."""

from __future__ import annotations

import functools
from typing import Any

from zoo.training.engines.cluster import Cluster, WorkerLostError, find_cluster
from zoo.training.engines.device_plan import DevicePlan, Planner, check_kind, plan_devices
from zoo.training.engines.engine import Engine
from zoo.training.engines.engine_choice import ENGINES, choose_engine

__all__ = [
    "ENGINES",
    "Cluster",
    "DevicePlan",
    "Engine",
    "Planner",
    "WorkerLostError",
    "check_kind",
    "choose_engine",
    "find_cluster",
    "make_engine",
    "plan_devices",
]


def make_engine(device: Any, rows: int, kind: str = "", planner: Planner | None = None) -> Engine:
    """Make the engine that fits the device, on the backend that Keras has.

    Args:
        device: settings, `zoo.settings.DeviceSettings`.
        rows: rows of a global batch, which bounds the replicas.
        kind: in place of the settings' own.
        planner: of a plugin, which chooses what to use.

    Returns:
        An engine that is ready to build a model.

    Raises:
        UsageError: the device is not there, or more replicas were asked for than a batch has rows.
    """
    plan = None if planner is None else functools.partial(planner, device, rows)
    kind = kind or device.kind
    if choose_engine(kind=kind) == "jax":
        from zoo.training.engines.jax.engine import JaxEngine

        return JaxEngine(kind, device.replicas, device.threads, device.precision, rows, plan)
    from zoo.processor import prefer_onednn

    prefer_onednn()
    from zoo.training.engines.tensorflow.engine import TensorFlowEngine

    return TensorFlowEngine(kind, device.replicas, device.threads, device.precision, rows, device.xla, plan)
