"""Errors are one line and an exit status; a traceback is for --debug."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest

from zoo.cli import program
from zoo.errors import UsageError, ZooError


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["lst"], ["unknown command 'lst'; did you mean 'list'?"]),
        (["list", "--jsn"], ["--jsn", "zoo list --help"]),
        (["run"], ["no task given", "zoo run task=charlm"]),
        (["run", "model.layers=3"], ["no task given"]),
        (["run", "task=charlm", "task=other"], ["task= is given twice"]),
        (["run", "task=charlmm"], ["unknown task 'charlmm'; did you mean 'charlm'?"]),
        (["run", "charlm", "model.cel=gru"], ["unknown setting 'model.cel' of task charlm", "mean 'model.cell'?"]),
        (["run", "charlm", "model.layers=two"], ["model.layers: expected a whole number", "'two'"]),
        (["run", "charlm", "gru"], ["'gru' is not a setting: write key=value"]),
        (["run", "charlm", "preset=huuge"], ["unknown preset 'huuge' of task charlm"]),
        (["run", "charlm", "--model.cel=gru"], ["did you mean 'model.cell'?"]),
        (["run", "./missing.py"], ["missing.py: no such file"]),
        (["show"], ["no task given"]),
        (["show", "charlm", "zz=1"], ["unknown setting 'zz'"]),
        (["sample"], ["no run given"]),
        (["sample", "x", "lenght=3"], ["unknown setting 'lenght' of zoo sample; did you mean 'length'?"]),
        (["sample", "x", "length=many"], ["length: expected a whole number", "'many'"]),
        (["sample", "x", "temperature=-1"], ["temperature: expected a number, at least 0"]),
        (["evaluate", "x", "split=tset"], ["split: expected one of train, validation, test", "did you mean 'test'?"]),
        (["devices", "device=cpuu"], ["did you mean 'cpu'?"]),
    ],
)  # fmt: skip
def test_wrong_usage(command, words, parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = command(*words)
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and err.count("\n") == 1
    for wanted in parts:
        assert wanted in err


@pytest.mark.parametrize("words", [["sample", "charlm"], ["evaluate", "nowhere/run"], ["resume", "charlm"]])
def test_a_run_that_is_not_there(command, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = command(*words)
    assert (status, out) == (1, "")
    assert err.startswith("error: no run") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ZooError("it broke"), 1, "error: it broke"),
        (ZooError("two\nlines"), 1, "error: two lines"),
        (UsageError("wrong word"), 2, "error: wrong word"),
        (KeyError("x"), 1, "error: KeyError: 'x'; run again with --debug for the traceback"),
        (MemoryError(), 1, "error: not enough memory; use a smaller model, batch or file"),
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (BrokenPipeError(), 0, ""),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_what_becomes_of_an_exception(command, monkeypatch, error, status, line, debug):
    @click.command("fail")
    def fail():
        raise error

    def found(self, context, name):
        return fail

    monkeypatch.setattr(program.LazyGroup, "get_command", found)
    monkeypatch.setattr(program.os, "dup2", lambda *descriptors: None)
    got, out, err = command("list", *(["--debug"] if debug else []))
    assert (got, out) == (status, "")
    if debug and line:
        assert "Traceback" in err
        assert err.strip().splitlines()[-1] == line.removesuffix("; run again with --debug for the traceback")
    else:
        assert err.strip() == line


@pytest.mark.parametrize("words", [["--debug", "run", "charlm", "a.b=1"], ["run", "charlm", "a.b=1", "--debug"]])
def test_debug_is_accepted_anywhere(command, words):
    status, _, err = command(*words)
    assert status == 2
    assert "Traceback" in err and err.strip().splitlines()[-1].startswith("error: unknown setting 'a.b'")


def test_a_reader_that_leaves_is_no_error(tmp_path):
    script = f"{sys.executable} -m zoo show charlm --json | head -c 10; {sys.executable} -m zoo list | true"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        timeout=60,
    )
    assert done.stderr == ""
