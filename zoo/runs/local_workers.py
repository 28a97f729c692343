"""Several workers on one machine, for trying out: this process becomes the chief and starts the others."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zoo.errors import UsageError
from zoo.training.engines.cluster import TF_CONFIG, WorkerLostError

ALONE = "device.local_workers=0"  # what the others are told, so that they start none themselves
PATIENCE = 20.0  # seconds that the others get to leave after the chief


def start_others(device: Any, command: Sequence[str], stack: contextlib.ExitStack) -> None:
    """Start the other workers where the settings ask for some on this machine.

    Args:
        device: the settings of the device.
        command: what the others run: arguments of `zoo`.
        stack: closed when the training is over.

    Raises:
        UsageError: local workers, and another device than `workers`; or `TF_CONFIG` is set.
    """
    if not device.local_workers:
        return
    if device.kind != "workers":
        raise UsageError(f"device.local_workers={device.local_workers} needs device=workers")
    stack.enter_context(local_workers(device.local_workers, [*command, ALONE]))


@contextlib.contextmanager
def local_workers(count: int, command: Sequence[str]) -> Iterator[None]:
    """Inside this context the process is the chief of some workers, and the others run.

    Args:
        count: workers in all, this process among them.
        command: what the others run: arguments of `zoo`.

    Raises:
        UsageError: `TF_CONFIG` is set, so that the workers are known already.
        WorkerLostError: a worker failed; it is named with what it said.
    """
    if os.environ.get(TF_CONFIG):
        raise UsageError(
            f"device.local_workers={count}: {TF_CONFIG} is also set, and names the workers; use one of the two"
        )
    hosts = [f"127.0.0.1:{port}" for port in _free_ports(count)]
    configs = [
        json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}) for index in range(count)
    ]
    with tempfile.TemporaryDirectory(prefix="zoo-workers-") as name:
        logs = [Path(name) / f"{index}.log" for index in range(count)]
        others: dict[int, subprocess.Popen[bytes]] = {}
        os.environ[TF_CONFIG] = configs[0]
        try:
            for index in range(1, count):
                with logs[index].open("wb") as log:
                    others[index] = subprocess.Popen(
                        [sys.executable, "-m", "zoo", *command],
                        env={**os.environ, TF_CONFIG: configs[index]},
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=log,
                    )
            try:
                yield
            except WorkerLostError as error:
                cause = _cause(others, logs)
                raise WorkerLostError(f"{cause}; {error}" if cause else str(error)) from error
            for worker in others.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.wait(PATIENCE)
        finally:
            del os.environ[TF_CONFIG]
            for worker in others.values():
                worker.kill()
                worker.wait()


def _cause(others: dict[int, subprocess.Popen[bytes]], logs: Sequence[Path]) -> str:
    """Say which worker failed and how, as far as that is known."""
    for index, worker in others.items():
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = worker.wait(1.0)
            if status < 0:
                return f"worker {index} was killed by signal {-status}"
            lines = logs[index].read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if status and lines:
                return f"worker {index}: {lines[-1].removeprefix('error: ')}"
    return ""


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens at; all are held while they are looked for, so that none comes twice."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(count):
            place = stack.enter_context(socket.socket())
            place.bind(("127.0.0.1", 0))
            ports.append(place.getsockname()[1])
        return ports
