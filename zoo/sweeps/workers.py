"""Several processes that work on a sweep side by side, each on its share of the cores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from zoo.errors import ZooError

PAUSE = 0.1  # seconds between two looks at the workers
PATIENCE = 60.0  # seconds that the workers have to save what they train
MOST_RESTARTS = 20


def run_workers(folder: Path, count: int, trials: int, deadline: float | None, report: Callable[[str], None]) -> int:
    """Start the workers, and wait until they have made the sweep.

    A worker that is killed, as for lack of memory, is replaced, and the new one resumes its trial.

    Args:
        folder: of the sweep, with its definition.
        count: of workers.
        trials: that the sweep is to have.
        deadline: when to pause, by `time.monotonic`; None for never.
        report: receives a line for each thing that happens.

    Returns:
        Number of the signal that interrupted a worker, or 0.

    Raises:
        ZooError: a worker failed; it has said why.
    """
    running = {index: _start(folder, f"{index}/{count}", trials, deadline) for index in range(count)}
    restarts = 0
    try:
        while running:
            time.sleep(PAUSE)
            for index, worker in list(running.items()):
                status = worker.poll()
                if status is None:
                    continue
                del running[index]
                if status < 0 and restarts < MOST_RESTARTS:
                    restarts += 1
                    report(f"worker {index} was killed by {signal.Signals(-status).name}; another one goes on")
                    running[index] = _start(folder, f"{index}/{count}", trials, deadline)
                elif status > 128:
                    return status - 128
                elif status:
                    raise ZooError(f"worker {index} failed, as it says above")
    finally:
        _stop(list(running.values()))
    return 0


def follow_parent() -> None:
    """Save and stop this process when the one that started it ends: its end closes this one's standard input."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _start(folder: Path, worker: str, trials: int, deadline: float | None) -> subprocess.Popen[bytes]:
    left = [] if deadline is None else [f"minutes={max(0.001, (deadline - time.monotonic()) / 60)}"]
    return subprocess.Popen(
        [sys.executable, "-m", "zoo", "tune", str(folder), f"trials={trials}", *left, "--worker", worker],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )


def _stop(workers: list[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.close()
    for worker in workers:
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
