"""Contenders that take turns, each in its own process, so that other load on the machine affects all of them alike."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from zoo.errors import ZooError
from zoo.processor import ONEDNN

PREFERRED = {ONEDNN: "1"}
"""Environment of a contender of ours: as a run has it (see `zoo.processor.prefer_onednn`)."""
AS_IT_COMES = {ONEDNN: "default"}
"""Environment of a contender whose TensorFlow decides on oneDNN itself: it does not know the value "default"."""


class Contender:
    """A process that runs steps when it is asked to; a context manager that ends it.

    Args:
        module: run as `python -m module words`; it ends in `serve`.
        words: its arguments.
        environment: variables beside those of this process.
        python: the interpreter; empty for the one of this process.
    """

    def __init__(
        self, module: str, words: Sequence[object], environment: Mapping[str, str] | None = None, python: str = ""
    ) -> None:
        self.module = module
        # Hide the start-up messages of libraries, unless something goes wrong.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [python or sys.executable, "-m", module, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, **(environment or {})},
        )

    def __enter__(self) -> Contender:
        self.first_step = float(self._line())
        """Seconds of the first step, with all that is prepared in it."""
        return self

    def __exit__(self, *error: object) -> None:
        if any(error):
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    def ask(self, what: str, count: int = 1) -> tuple[list[float], list[float]]:
        """Run a kind of step some times; returns the milliseconds of each, and those of CPU time."""
        values = self._answer(f"{what} {count}")
        return values[:count], values[count:]

    def memory(self) -> float:
        """Return by how many MB the peak of resident memory has grown since before the first step."""
        return self._answer("memory 1")[0]

    def _answer(self, question: str) -> list[float]:
        assert self._process.stdin is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        return [float(word) for word in self._line().split()]

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            self._errors.seek(0)
            last = (self._errors.read().strip().splitlines() or ["without a word"])[-1]
            self._process.kill()
            raise ZooError(f"{self.module} ended with {status}: {last}")
        return line


def serve(steps: Mapping[str, Callable[[], object]]) -> None:
    """Answer a `Contender` until its input ends; the first kind of step is made once before.

    Args:
        steps: by name; each returns when its result is there.
    """
    before = _peak()
    start = time.perf_counter()
    next(iter(steps.values()))()
    print(time.perf_counter() - start, flush=True)
    for line in sys.stdin:
        what, count = line.split()
        if what == "memory":
            print(_peak() - before, flush=True)
            continue
        times: list[float] = []
        work: list[float] = []
        for _ in range(int(count)):
            start, worked = time.perf_counter(), time.process_time()
            steps[what]()
            times.append((time.perf_counter() - start) * 1000)
            work.append((time.process_time() - worked) * 1000)
        print(*times, *work, flush=True)


def wait_until_idle(seconds: float) -> bool:
    """Wait until the cores are idle, at most some seconds; returns whether they were (False if that is unknown)."""

    def ticks() -> tuple[int, int]:
        words = Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0].split()[1:]
        return int(words[3]), sum(map(int, words))

    end = time.monotonic() + seconds
    while time.monotonic() < end and Path("/proc/stat").exists():
        idle, total = ticks()
        time.sleep(0.2)
        idle_now, total_now = ticks()
        if idle_now - idle > 0.85 * (total_now - total):
            return True
    return False


def _peak() -> float:
    """Return the peak of this process's resident memory in MB."""
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
