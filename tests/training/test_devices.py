"""Which devices a run uses."""

from __future__ import annotations

import pytest

from zoo.errors import UsageError
from zoo.training.engines.device_plan import plan_devices


def plan(kind: str = "auto", replicas: int = 0, threads: int = 0, rows: int = 64, cores: int = 2, gpus: int = 0):
    return plan_devices(kind, replicas, threads, rows, cores, gpus)


def test_on_a_cpu_every_core_is_a_replica_of_one_thread():
    assert (plan().kind, plan().replicas, plan().threads) == ("cpu", 2, 1)
    assert (plan(cores=4).replicas, plan(cores=4).threads) == (4, 1)


def test_small_batches_get_fewer_replicas_with_more_threads():
    assert (plan(rows=16, cores=8).replicas, plan(rows=16, cores=8).threads) == (1, 8)
    assert (plan(rows=40, cores=8).replicas, plan(rows=40, cores=8).threads) == (2, 4)


def test_what_was_asked_for_is_done():
    assert (plan(replicas=1).replicas, plan(replicas=1).threads) == (1, 2)
    assert plan(threads=2).threads == 2
    assert plan(kind="cpu", gpus=4).kind == "cpu"


def test_auto_takes_the_gpus():
    assert (plan(gpus=3).kind, plan(gpus=3).replicas) == ("gpu", 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [({"kind": "gpu"}, "no GPU"), ({"replicas": 65}, "64 rows"), ({"gpus": 1, "replicas": 2}, "but there is 1 GPU")],
)
def test_what_is_not_there_is_said(given: dict[str, int], message: str):
    with pytest.raises(UsageError, match=message):
        plan(**given)  # type: ignore[arg-type]
