"""The test for authors of tasks."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.codecs.codec import RawValue
    from zoo.task import Task

PREDICT = """
import json, sys
import zoo
from zoo.testing import locate
folder, where, inputs, out = sys.argv[1:]
import pickle
run = zoo.load(folder, task=locate(where))
with open(inputs, "rb") as stream:
    values = pickle.load(stream)
with open(out, "w", encoding="utf-8") as stream:
    json.dump([repr(value) for value in run.predict(values)], stream)
"""


def check_task(task: type[Task], steps: int = 3, **settings: Any) -> Any:
    """Check that a task keeps all promises of the zoo.

    Trains a few steps on two replicas, evaluates, resumes, loads the run in a fresh process, and expects the same
    predictions there. If TensorFlow has already started with one device, the check trains on that one.

    Args:
        task: the class.
        steps: optimiser steps to train.
        **settings: further settings by part, to make the task small, such as `model={"units": 8}`.

    Returns:
        The run, for further checks.

    Raises:
        AssertionError: a promise is not kept; the message says which.
    """
    import zoo

    with tempfile.TemporaryDirectory() as folder:
        try:
            run = zoo.run(task, **_small(settings, steps, Path(folder) / "run"))
        except zoo.ZooError as error:
            raise AssertionError(f"{task.__name__} cannot be trained: {error}") from error
        first = run.metrics
        assert first, "no evaluation was made"
        assert first[-1]["step"] == steps, f"{steps} steps were asked for, {first[-1]['step']} were made"
        for name, value in {**first[-1]["train"], **first[-1]["validation"]}.items():
            assert math.isfinite(value), f"the metric {name} is {value} after {steps} steps"
        splits = run.splits
        inputs = run.topology.inputs(splits.validation or splits.train, 3)
        assert inputs, "the data gives no input to predict from"
        here = [repr(value) for value in run.predict(inputs)]
        assert len(here) == len(inputs), f"{len(inputs)} inputs got {len(here)} predictions"
        there = _elsewhere(task, run.folder.path, inputs)
        assert here == there, f"a fresh process predicts {there[:1]}, this one {here[:1]}"
        run.resume(train={"steps": steps + 1})
        assert run.metrics[-1]["step"] == steps + 1, "the run did not go on where it stood"
    return run


def _small(settings: Mapping[str, Any], steps: int, out: Path) -> dict[str, Any]:
    merged: dict[str, Any] = {**settings, "out": str(out)}
    merged["train"] = {**dict(settings.get("train", {})), "steps": steps, "epochs": 0, "minutes": 0}
    device = settings.get("device", {})
    merged["device"] = {"replicas": 2, **(device if isinstance(device, Mapping) else {"kind": device})}
    return merged


def _elsewhere(task: type[Task], run: Path, inputs: list[RawValue]) -> list[str]:
    """Predict in a fresh process."""
    source = sys.modules[task.__module__].__file__
    where = json.dumps({"module": task.__module__, "file": source, "name": task.__qualname__})
    with tempfile.TemporaryDirectory() as folder:
        # The inputs come from this process, so unpickling them runs no foreign code.
        given, answer = Path(folder) / "inputs", Path(folder) / "answer"
        given.write_bytes(pickle.dumps(inputs))
        status, err = _in_a_fresh_process(PREDICT, [str(run), where, str(given), str(answer)])
        assert status == 0, f"the run cannot be loaded in a fresh process:\n{err}"
        answers: list[str] = json.loads(answer.read_text(encoding="utf-8"))
        return answers


def _in_a_fresh_process(script: str, arguments: list[str]) -> tuple[int, str]:
    """Run a script in a fresh process with the same import path; return its status and error output."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def locate(where: str) -> Any:
    """Find a task's class in a fresh process: by its module, or by its file."""
    import importlib
    import importlib.util

    place = json.loads(where)
    try:
        module = importlib.import_module(place["module"])
    except ImportError:
        module = None
    if module is None or getattr(module, "__file__", None) != place["file"]:
        spec = importlib.util.spec_from_file_location(place["module"], place["file"])
        assert spec is not None and spec.loader is not None, f"{place['file']} is no Python file"
        module = importlib.util.module_from_spec(spec)
        sys.modules[place["module"]] = module
        spec.loader.exec_module(module)
    found: object = module
    for part in place["name"].split("."):
        found = getattr(found, part)
    return found
