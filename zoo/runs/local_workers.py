"""Several workers on one machine, for testing: this process becomes the chief and starts the others."""

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
from typing import TYPE_CHECKING

from zoo.errors import UsageError
from zoo.training.engines.cluster import TF_CONFIG, WorkerLostError

if TYPE_CHECKING:
    from zoo.settings import DeviceSettings

ALONE = "device.local_workers=0"  # tells the other workers not to start any themselves
PATIENCE = 20.0  # seconds for the others to finish after the chief


def start_others(device: DeviceSettings, command: Sequence[str], stack: contextlib.ExitStack) -> None:
    """Start the other workers if the settings request local workers.

    Args:
        device: the settings of the device.
        command: arguments of `zoo` for the other workers.
        stack: closed after training.

    Raises:
        UsageError: the device is not `workers`, or `TF_CONFIG` is set.
    """
    if not device.local_workers:
        return
    if device.kind != "workers":
        raise UsageError(f"device.local_workers={device.local_workers} needs device=workers")
    stack.enter_context(local_workers(device.local_workers, [*command, ALONE]))


@contextlib.contextmanager
def local_workers(count: int, command: Sequence[str]) -> Iterator[None]:
    """Run the other workers inside this context, with this process as their chief.

    Args:
        count: number of workers, including this process.
        command: arguments of `zoo` for the other workers.

    Raises:
        UsageError: `TF_CONFIG` is set, which already names the workers.
        WorkerLostError: a worker failed; the message includes its error.
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
    """Say which worker failed and how, if known."""
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
    """Find free ports; all are held during the search, so that they differ."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(count):
            place = stack.enter_context(socket.socket())
            place.bind(("127.0.0.1", 0))
            ports.append(place.getsockname()[1])
        return ports
