"""Starts commands and scripts as processes of their own, quickly: TensorFlow is imported once, and each is a fork.

Run as a script it reads orders, one JSON object a line, and answers each with one. TensorFlow must not have computed
anything before a fork, so the script only imports it.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import resource
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = (str(REPOSITORY), str(REPOSITORY / "tasks"))
WARM_UP = ("zoo.cli.program", "zoo.runs", "zoo.search", "zoo.topology", "zoo.training.trainer", "rich.console")
LIMIT = 300.0  # seconds after which a process that is waited for is killed


class Order(TypedDict):
    """What to start, and how (see `Launcher.start`)."""

    start: list[str]
    cwd: str
    folder: str
    file_size: int
    script: str
    path: list[str]
    environment: dict[str, str]


class Outcome(TypedDict):
    """How a process ended; its status is None while it runs."""

    status: int | None
    peak: int
    processor_seconds: float


class Command:
    """A command or script that runs.

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

    def _take(self, answer: Outcome) -> None:
        self.status, self.peak = answer["status"], answer["peak"]
        Launcher.processor_seconds += answer["processor_seconds"]

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def until(self, seen: Callable[[], bool], seconds: float = 120.0, pause: float = 0.01) -> bool:
        """Wait until something is seen; False where the command ended, or the time passed, before."""
        end = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > end or self.poll() is not None:
                return seen()
            time.sleep(pause)
        return True


class Launcher:
    """The process that starts others.

    Args:
        folder: for their output.
        engine: `tensorflow` or `jax`, which is imported before the forks.

    Attributes:
        processor_seconds: what all processes that have ended took of the processor.
    """

    processor_seconds = 0.0

    def __init__(self, folder: Path, engine: str = "tensorflow") -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, __file__, engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(SOURCES),
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "COLUMNS": "200",
                "KERAS_BACKEND": engine,
            },
        )

    def order(self, order: Mapping[str, object]) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(
        self,
        *words: str,
        cwd: Path,
        file_size: int = 0,
        script: str = "",
        path: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Command:
        """Start `zoo words...`.

        Args:
            *words: of the command.
            cwd: its folder.
            file_size: no file may grow beyond so many bytes; 0 for no limit.
            script: Python to run instead of the command, with the words as its arguments.
            path: folders that come before all others on the import path.
            environment: variables to set.
        """
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        order: Order = {
            "start": list(words),
            "cwd": str(cwd),
            "folder": str(folder),
            "file_size": file_size,
            "script": script,
            "path": list(path),
            "environment": dict(environment or {}),
        }
        return Command(self, self.order(order)["pid"], folder)

    def run(self, *words: str, cwd: Path, check: int | None = 0, **options: Any) -> Command:
        """Run `zoo words...` to its end."""
        command = self.start(*words, cwd=cwd, **options)
        command.wait()
        assert check is None or command.status == check, command.err
        return command

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)


@functools.cache
def forks(engine: str = "tensorflow") -> Launcher:
    """The launcher of this process for an engine; it leaves when this process does."""
    launcher = Launcher(Path(tempfile.mkdtemp(prefix="zoo-commands-")), engine)
    atexit.register(launcher.close)
    return launcher


def _start(order: Order) -> int:
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
        os.environ.update(order["environment"])
        # What a command starts in turn finds the same modules.
        os.environ["PYTHONPATH"] = os.pathsep.join([*order["path"], *SOURCES])
        sys.path[:0] = order["path"]
        status = _script(order) if order["script"] else _zoo(order)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _zoo(order: Order) -> int:
    from zoo.cli import main

    return main(order["start"])


def _script(order: Order) -> int:
    """Run a script as Python runs one, and give its exit status."""
    file = os.path.join(order["folder"], "script.py")
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(order["script"])
    sys.argv = [file, *order["start"]]
    try:
        runpy.run_path(file, run_name="__main__")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    return 0


def _wait(pid: int) -> Outcome:
    end = time.monotonic() + LIMIT
    while (answer := _look(pid))["status"] is None:
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    return answer


def _look(pid: int) -> Outcome:
    found, status, usage = os.wait4(pid, os.WNOHANG)
    if found == 0:
        return {"status": None, "peak": 0, "processor_seconds": 0.0}
    spent = usage.ru_utime + usage.ru_stime
    return {"status": os.waitstatus_to_exitcode(status), "peak": usage.ru_maxrss * 1024, "processor_seconds": spent}


def serve(engine: str) -> None:
    """Take orders from standard input until it ends."""
    import importlib

    from zoo.training.engines import choose_engine

    assert choose_engine(engine) == engine
    for module in ("keras", *WARM_UP):
        importlib.import_module(module)
    if engine == "tensorflow":
        from tests.quick_graphs import skip_graph_optimization

        skip_graph_optimization()

    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            answer: Outcome | dict[str, int] = {"pid": _start(order)}
        elif "look" in order:
            answer = _look(order["look"])
        else:
            answer = _wait(order["wait"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
