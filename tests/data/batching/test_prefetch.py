"""Prefetching: the same items, errors in their place, and no thread left behind."""

from __future__ import annotations

import gc
import itertools
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from zoo.data.batching.prefetch import Prefetch
from zoo.errors import ZooError


def threads() -> int:
    return sum(thread.name == "zoo-prefetch" for thread in threading.enumerate())


def endless() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def test_all_items_in_order() -> None:
    prefetch = Prefetch(range(100), depth=3)
    assert list(prefetch) == list(range(100))
    assert list(prefetch) == []
    assert threads() == 0
    assert list(Prefetch([])) == []
    assert list(Prefetch([None, None])) == [None, None]


def test_an_error_comes_in_its_place() -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise ZooError("book.txt: byte 3 is not valid UTF-8")

    prefetch = Prefetch(source())
    assert next(prefetch) == 1
    assert next(prefetch) == 2
    with pytest.raises(ZooError, match=r"book\.txt: byte 3"):
        next(prefetch)
    with pytest.raises(StopIteration):
        next(prefetch)
    assert threads() == 0


def test_no_more_than_depth_items_are_made_ahead() -> None:
    made = []

    def source() -> Iterator[int]:
        for number in endless():
            made.append(number)
            yield number

    with Prefetch(source(), depth=3) as prefetch:
        assert next(prefetch) == 0
        time.sleep(0.2)
        assert len(made) <= 1 + 3 + 1  # taken, ready, and one in the thread's hand


@pytest.mark.parametrize("how", ["close", "with", "drop"])
def test_an_abandoned_thread_ends(how: str) -> None:
    prefetch = Prefetch(endless(), depth=2)
    assert next(prefetch) == 0
    if how == "close":
        prefetch.close()
        prefetch.close()
    elif how == "with":
        with prefetch:
            next(prefetch)
    del prefetch
    gc.collect()
    assert threads() == 0


def test_waiting_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr("zoo.data.batching.prefetch.time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    prefetch = Prefetch(range(3))
    assert list(prefetch) == [0, 1, 2]
    assert prefetch.waited == 4  # a tick for each item, and one for the end


SCRIPT = """
    import sys, time
    from zoo.data.batching.prefetch import Prefetch

    def source(pause):
        while True:
            time.sleep(pause)
            yield 1

    prefetch = Prefetch(source(float(sys.argv[1])))
    print("ready", flush=True)
    if sys.argv[2] == "leave":
        next(prefetch)
        sys.exit(3)
    for _ in prefetch:
        pass
"""


def test_the_interpreter_leaves_without_waiting() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), "0.001", "leave"], capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stderr) == (3, "")


def test_control_c_while_waiting() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), "2", "wait"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # The test runner may have been started with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=20)[1]
    assert process.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
