"""Starts `zoo` commands as processes of their own, quickly: TensorFlow is imported once, and each command is a fork.

Run as a script it reads orders, one JSON object a line, and answers each with one. TensorFlow must not have computed
anything before a fork, so the script only imports it.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


class Command:
    """A `zoo` command that runs.

    Attributes:
        pid: of its process.
        status: exit status; minus the signal's number where one killed it; None while it runs.
        peak: resident memory at its highest, in bytes; 0 while it runs.
    """

    def __init__(self, launcher: Launcher, pid: int, folder: Path) -> None:
        self._launcher, self.pid, self._folder = launcher, pid, folder
        self.status: int | None = None
        self.peak = 0

    @property
    def out(self) -> str:
        return (self._folder / "out").read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        return (self._folder / "err").read_text(encoding="utf-8", errors="replace")

    def poll(self) -> int | None:
        """Look whether it has ended."""
        if self.status is None:
            self._take(self._launcher.order({"look": self.pid}))
        return self.status

    def wait(self) -> int:
        """Wait until it has ended."""
        if self.status is None:
            self._take(self._launcher.order({"wait": self.pid}))
        assert self.status is not None
        return self.status

    def _take(self, answer: dict[str, Any]) -> None:
        self.status, self.peak = answer["status"], answer["peak"]

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def until(self, seen: Callable[[], bool], seconds: float = 120.0, pause: float = 0.002) -> bool:
        """Wait until something is seen; False where the command ended, or the time passed, before."""
        end = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > end or self.poll() is not None:
                return seen()
            time.sleep(pause)
        return True


class Launcher:
    """The process that starts commands.

    Args:
        folder: for their output.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tasks")])
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "200"},
        )

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def start(self, *words: str, cwd: Path, file_size: int = 0) -> Command:
        """Start `zoo words...`.

        Args:
            *words: of the command.
            cwd: its folder.
            file_size: no file may grow beyond so many bytes; 0 for no limit.
        """
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        order = {"start": list(words), "cwd": str(cwd), "folder": str(folder), "file_size": file_size}
        return Command(self, self.order(order)["pid"], folder)

    def run(self, *words: str, cwd: Path, check: int | None = 0) -> Command:
        """Run `zoo words...` to its end."""
        command = self.start(*words, cwd=cwd)
        command.wait()
        assert check is None or command.status == check, command.err
        return command

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()
        os.chdir(order["cwd"])
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(os.path.join(order["folder"], name), os.O_WRONLY | os.O_CREAT, 0o644), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if order["file_size"]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], resource.RLIM_INFINITY))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from zoo.cli import main

        status = main(order["start"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _ended(pid: int, options: int) -> dict[str, Any]:
    found, status, usage = os.wait4(pid, options)
    if found == 0:
        return {"status": None, "peak": 0}
    return {"status": os.waitstatus_to_exitcode(status), "peak": usage.ru_maxrss * 1024}


def serve() -> None:
    """Take orders from standard input until it ends."""
    for module in ("cli.progress", "runs", "search", "training.trainer", "training.engines.tensorflow.engine"):
        importlib.import_module(f"zoo.{module}")

    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            answer = {"pid": _start(order)}
        elif "look" in order:
            answer = _ended(order["look"], os.WNOHANG)
        else:
            answer = _ended(order["wait"], 0)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
