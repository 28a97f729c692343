"""A run as what an export needs: a model of it on one device, in float32."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError
from zoo.runs.weights import load_weights
from zoo.runtime.target import check_target

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.data import Splits
    from zoo.data.splitting.splits import Examples
    from zoo.export.export import Export, ExportOptions
    from zoo.export.exported_run import ExportedRun
    from zoo.runs.folder import RunFolder
    from zoo.runtime import Predictor
    from zoo.task import Task


def exported_run(task: Task, name: str, codecs: Mapping[str, Codec], folder: RunFolder) -> ExportedRun:
    """Build the model of a run once more, as plain as it can be traced.

    Args:
        task: of the run.
        name: of the task.
        codecs: fitted, by role.
        folder: of the run.

    Raises:
        ZooError: Keras runs on another engine than TensorFlow, or the weights are damaged.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise UsageError("a run is exported by TensorFlow; load it with engine=tensorflow, in a new process")
    from zoo.export.exported_run import ExportedRun
    from zoo.training.engines.build_scope import build_scope

    settings = task.settings
    with build_scope("float32", settings.seed):
        model = task.model(codecs)
    load_weights(folder.best if folder.best.exists() else folder.last, model)
    return ExportedRun(name, task.topology, settings, codecs, model, task.components.strategies)


def export_run(
    run: Predictor, task: Task, folder: RunFolder, splits: Callable[[], Splits], out: str | Path, options: ExportOptions
) -> Export:
    """Export a run (see `Run.export`).

    Args:
        run: answers as the bundle should.
        task: of the run.
        folder: of the run.
        splits: reads its examples.
        out: the folder or file of the bundle; empty for one in the run's folder.
        options: how.
    """
    from zoo.export.export import export

    place = check_target(out or folder.path / "bundles" / f"{options.format}-{options.precision}")
    found = splits()
    exported = exported_run(task, run.name, run.codecs, folder)
    examples: Examples = next((part for part in (found.validation, found.test, found.train) if len(part)), ())
    return export(exported, run, examples, place, options, task.settings.data.source)
