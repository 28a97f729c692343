"""Engines run training steps: in come a device's settings, a built model and batches, out come sums, gradients applied
to every replica, and the arrays of a checkpoint. What all engines do alike is in `engine.py`; `tensorflow/` and `jax/`
hold what differs, in files of the same names.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from zoo.settings import DeviceSettings
from zoo.training.engines.cluster import Cluster, WorkerLostError, find_cluster
from zoo.training.engines.device_plan import DevicePlan, Planner, check_kind, plan_devices
from zoo.training.engines.engine_choice import ENGINES, choose_engine

if TYPE_CHECKING:
    from zoo.training.engines.engine import Engine as Engine

__all__ = [
    "ENGINES",
    "Cluster",
    "DevicePlan",
    "Planner",
    "WorkerLostError",
    "check_kind",
    "choose_engine",
    "find_cluster",
    "make_engine",
    "plan_devices",
]


def make_engine(device: DeviceSettings, rows: int, kind: str = "", planner: Planner | None = None) -> Engine:
    """Make the engine that fits the device, on the backend of Keras.

    Args:
        device: settings.
        rows: rows of a global batch, an upper bound of the replicas.
        kind: replaces that of the settings.
        planner: of a plugin, which chooses the devices.

    Returns:
        An engine that is ready to build a model.

    Raises:
        UsageError: the device does not exist, or there are more replicas than rows.
    """
    choose = None if planner is None else functools.partial(planner, device, rows)
    kind = kind or device.kind
    arguments = (kind, device.replicas, device.threads, device.precision, rows, choose)
    if choose_engine(kind=kind) == "jax":
        from zoo.training.engines.jax.engine import JaxEngine

        return JaxEngine(*arguments)
    from zoo.processor import prefer_onednn

    prefer_onednn()
    from zoo.training.engines.tensorflow.engine import TensorFlowEngine

    return TensorFlowEngine(*arguments, xla=device.xla)
