"""Averages the weights of runs into a new run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from zoo.errors import UsageError, ZooError
from zoo.files import read_bytes, reason
from zoo.runs.folder import RunFolder
from zoo.runs.latest import find_run
from zoo.runs.listing import flat_settings
from zoo.runs.manifest import AVERAGED
from zoo.training.checkpoint import load_checkpoint, save_checkpoint

LARGEST_CODEC = 1 << 30
ALIKE = ("model.", "text.", "picture.", "vectors.")
"""Settings that decide what weights mean."""


def average_runs(runs: Sequence[str | Path], out: str = "") -> Path:
    """Average the best weights of runs of the same task, model and vocabulary.

    Weights of runs that started apart rarely agree; those of one run, or of runs that started from the same weights
    (`train.start`), do: Wortsman et al. 2022 (arXiv:2203.05482).

    Args:
        runs: at least two, by folder or by task's name.
        out: the new run's folder; by default `runs/TASK/TIME`.

    Returns:
        The new run's folder. It makes predictions; `train.start` trains it further.

    Raises:
        UsageError: fewer than two runs.
        ZooError: the runs do not fit together, or cannot be read; nothing is written.
    """
    if len(runs) < 2:
        raise UsageError("give at least two runs to average")
    folders = [RunFolder(find_run(str(run))) for run in runs]
    first = folders[0]
    for other in folders[1:]:
        check_alike(first, other, "average", ALIKE)
    arrays = _mean(folders)
    manifest = replace(
        first.manifest(),
        started=datetime.now().astimezone().isoformat(timespec="seconds"),
        ended=AVERAGED,
        start={},
    )
    folder = RunFolder.create(out, manifest.task)
    with folder.discarded_on_error():
        try:
            shutil.copytree(first.codecs, folder.codecs)
            if manifest.code:
                shutil.copyfile(first.path / manifest.code, folder.path / manifest.code)
        except OSError as error:
            raise ZooError(f"cannot write {folder.path}: {reason(error)}") from error
        folder.begin(manifest, first.read_settings())
        save_checkpoint(folder.best, arrays, {})
    return folder.path


def check_alike(first: RunFolder, other: RunFolder, verb: str, settings: Sequence[str]) -> None:
    """Refuse runs whose answers, or weights, mean different things.

    Args:
        first: a run.
        other: another one.
        verb: what is to be done with them, for the message.
        settings: beginnings of the settings that must be the same.

    Raises:
        ZooError: they differ in their task, in these settings, or in their vocabularies.
    """
    between = f"{first.path} and {other.path}"
    tasks = first.manifest().task, other.manifest().task
    if tasks[0] != tasks[1]:
        raise ZooError(f"cannot {verb} {between}: one is of task {tasks[0]}, the other of {tasks[1]}")
    both = [flat_settings(folder.settings) for folder in (first, other)]
    for name in dict.fromkeys([*both[0], *both[1]]):
        values = [json.dumps(found.get(name), default=str) for found in both]
        if name.startswith(tuple(settings)) and values[0] != values[1]:
            raise ZooError(f"cannot {verb} {between}: {name} is {values[0]} in one and {values[1]} in the other")
    files = [_codec_files(folder) for folder in (first, other)]
    for name in sorted(files[0] | files[1]):
        if files[0].get(name) != files[1].get(name):
            raise ZooError(f"cannot {verb} {between}: their vocabularies or labels differ ({name})")


def _codec_files(folder: RunFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.codecs)): read_bytes(path, LARGEST_CODEC)
        for path in folder.codecs.rglob("*")
        if path.is_file()
    }


def _mean(folders: Sequence[RunFolder]) -> dict[str, np.ndarray]:
    """Return the mean of the runs' best weights, computed in float64; whole numbers are those of the first run."""
    first, _ = load_checkpoint(folders[0].best)
    sums = {name: array.astype(np.float64) for name, array in first.items() if array.dtype.kind not in "iub"}
    for folder in folders[1:]:
        arrays, _ = load_checkpoint(folder.best)
        if {name: array.shape for name, array in arrays.items()} != {name: each.shape for name, each in first.items()}:
            raise ZooError(
                f"cannot average {folders[0].path} and {folder.path}: their weights have other names or shapes"
            )
        for name in sums:
            sums[name] += arrays[name].astype(np.float64)
    return {
        name: (sums[name] / len(folders)).astype(array.dtype) if name in sums else array
        for name, array in first.items()
    }
