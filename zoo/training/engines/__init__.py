"""Engines: what a step, a replica and a compiled function are."""

from __future__ import annotations

from zoo.training.engines.devices import DevicePlan, plan_devices
from zoo.training.engines.engine import Engine

__all__ = ["DevicePlan", "Engine", "make_engine", "plan_devices"]


def make_engine(kind: str, replicas: int, threads: int, precision: str, rows: int) -> Engine:
    """Make the engine that fits the device.

    Args:
        kind: `auto`, `cpu` or `gpu`.
        replicas: how many copies of the model share a batch; 0 for as many as fit.
        threads: threads of a replica; 0 for cores / replicas.
        precision: `float32` or `bfloat16`.
        rows: rows of a global batch, which bounds the replicas.

    Returns:
        An engine that is ready to build a model.

    Raises:
        UsageError: the device is not there, or more replicas were asked for than a batch has rows.
    """
    from zoo.training.engines.tensorflow_engine import TensorFlowEngine

    return TensorFlowEngine(kind=kind, replicas=replicas, threads=threads, precision=precision, rows=rows)
