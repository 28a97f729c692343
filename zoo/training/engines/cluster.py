"""Which of several processes this one is, read from environment variables.

Kubernetes operators, Slurm recipes and the zoo set `TF_CONFIG`; Keras has variables of its own for JAX, and the
machines of a Cloud TPU have theirs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from zoo.errors import UsageError, ZooError
from zoo.training.engines.engine_choice import choose_engine

TF_CONFIG = "TF_CONFIG"
KERAS_VARIABLES = (
    "KERAS_DISTRIBUTION_JOB_ADDRESSES",
    "KERAS_DISTRIBUTION_NUM_PROCESSES",
    "KERAS_DISTRIBUTION_PROCESS_ID",
)
TPU_VARIABLES = ("TPU_WORKER_HOSTNAMES", "TPU_WORKER_ID")
PORT = 8476  # of the chief, where a variable names only hosts; the default of JAX
FORM = '{"cluster": {"worker": ["HOST:PORT", ...]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """The processes that train one model together, and which of them this one is.

    Attributes:
        workers: how many there are.
        index: of this one; 0 is the chief, which alone writes the run's folder.
        coordinator: host and port of the chief, to which the others connect (on JAX).
    """

    workers: int = 1
    index: int = 0
    coordinator: str = ""

    @property
    def is_chief(self) -> bool:
        """Whether this process writes what the training produces."""
        return self.index == 0

    def local_rows(self, rows: int, replicas: int) -> slice:
        """Return the rows of a global batch that this process computes.

        Args:
            rows: of the global batch.
            replicas: of all workers together; every worker has the same number.
        """
        share = -(-rows // replicas) * (replicas // self.workers)
        return slice(min(rows, self.index * share), min(rows, (self.index + 1) * share))


class WorkerLostError(ZooError):
    """Another worker has stopped, and this one cannot continue without it."""

    @classmethod
    def seen_from(cls, cluster: Cluster) -> WorkerLostError:
        """Return the error of a worker that waits for a lost one."""
        return cls(
            f"worker {cluster.index} cannot go on, because another worker has stopped; "
            "zoo resume goes on from the last checkpoint, with any number of workers"
        )


def find_cluster(kind: str) -> Cluster:
    """Read from the environment which worker this process is.

    Args:
        kind: of the device; only `workers` reads the environment. JAX also accepts the variables of Keras and of a
            Cloud TPU.

    Returns:
        The cluster; a single process where the device is another.

    Raises:
        UsageError: no variable is set, or one is invalid.
    """
    if kind != "workers":
        return Cluster()
    if text := os.environ.get(TF_CONFIG, ""):
        return _from_tf_config(text)
    also = ""
    if choose_engine(load=False) == "jax":
        also = f" (nor {KERAS_VARIABLES[0]}, nor {TPU_VARIABLES[0]})"
        if os.environ.get(KERAS_VARIABLES[0]):
            return _from_numbers(KERAS_VARIABLES, *(os.environ.get(name, "") for name in KERAS_VARIABLES))
        if os.environ.get(TPU_VARIABLES[0]):
            hosts, place = (os.environ.get(name, "") for name in TPU_VARIABLES)
            return _from_numbers(TPU_VARIABLES, hosts, str(len(hosts.split(","))), place)
    raise UsageError(
        f"device=workers: {TF_CONFIG} is not set{also}; it names the workers: {FORM}. "
        "To try workers on this machine, set device.local_workers=2"
    )


def _from_tf_config(text: str) -> Cluster:
    try:
        told = json.loads(text)
        hosts, task = told["cluster"], told["task"]
        chiefs, workers = list(hosts.get("chief", [])), list(hosts.get("worker", []))
        role, index = str(task.get("type", "worker")), int(task.get("index", 0))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{TF_CONFIG} is not of the form {FORM}") from error
    places = [("chief", number) for number in range(len(chiefs))]
    places += [("worker", number) for number in range(len(workers))]
    if (role, index) not in places:
        raise UsageError(f"{TF_CONFIG}: the cluster has no {role} {index}; it has {len(places)} workers")
    return Cluster(len(places), places.index((role, index)), str([*chiefs, *workers][0]))


def _from_numbers(names: Sequence[str], hosts: str, workers: str, index: str) -> Cluster:
    """Read variables with the hosts, separated by commas, the number of processes and the index of this one."""
    try:
        found = Cluster(int(workers), int(index), _with_port(hosts.split(",")[0].strip()))
    except ValueError as error:
        raise UsageError(f"{names[0]} is set, but {' and '.join(names[1:])} are not numbers") from error
    if not 0 <= found.index < found.workers:
        raise UsageError(f"{names[-1]}: there is no process {found.index}; there are {found.workers}")
    return found


def _with_port(host: str) -> str:
    return host if ":" in host else f"{host}:{PORT}"
