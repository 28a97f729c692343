"""What the JAX engine takes for a worker that has gone, and what it does not."""

from __future__ import annotations

import os

import pytest

if os.environ.get("KERAS_BACKEND") != "jax":
    pytest.skip("make jax runs this", allow_module_level=True)

import jax
from jax.experimental import multihost_utils

from zoo.training.engines import Cluster, WorkerLostError
from zoo.training.engines.jax.engine import JaxEngine

LOST = "UNKNOWN: Gloo AllGather failed: Connection reset by peer"


def agreed(monkeypatch: pytest.MonkeyPatch, error: Exception, workers: int = 2) -> None:
    """Have an engine of some workers agree on a number, while the message between them fails."""

    def fails(values: object) -> None:
        raise error

    monkeypatch.setattr(multihost_utils, "process_allgather", fails)
    engine = JaxEngine("cpu", 1, 0, "float32", 8)
    engine.cluster = Cluster(workers, workers - 1)
    engine.all_reduce([1.0])


@pytest.mark.parametrize("error", [jax.errors.JaxRuntimeError(LOST), ValueError(LOST)])
def test_a_lost_connection_is_a_worker_that_has_gone(monkeypatch: pytest.MonkeyPatch, error: Exception):
    with pytest.raises(WorkerLostError, match="worker 1 cannot go on, because another worker has stopped"):
        agreed(monkeypatch, error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("shapes do not match"),
        jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory"),
        ValueError("INVALID_ARGUMENT: Executable expected another shape"),
    ],
)
def test_a_fault_of_its_own_stays_what_it_is(monkeypatch: pytest.MonkeyPatch, error: Exception):
    with pytest.raises(type(error)) as raised:
        agreed(monkeypatch, error)
    assert raised.value is error


def test_one_process_has_no_workers_to_lose(monkeypatch: pytest.MonkeyPatch):
    agreed(monkeypatch, ValueError(LOST), workers=1)
