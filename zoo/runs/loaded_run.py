"""Load a run from its folder: `zoo.load`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.components import Components
from zoo.plugins import Plugins
from zoo.plugins.blame import noting_blame
from zoo.processor import prefer_onednn
from zoo.runs.component_names import check_names
from zoo.runs.fast_answers import FastAnswers
from zoo.runs.fast_run import FastRun
from zoo.runs.folder import RunFolder
from zoo.runs.latest import find_run
from zoo.runs.notebook import in_notebook
from zoo.runs.paths import with_paths
from zoo.runs.run import Run, restored_codecs
from zoo.runs.task_file import find_task_file
from zoo.settings import from_yaml, override
from zoo.settings.overrides import from_text, raw_value
from zoo.tensorflow_messages import silence
from zoo.training.engines.engine_choice import choose_engine

if TYPE_CHECKING:
    from zoo.runs.manifest import Manifest
    from zoo.settings import Settings
    from zoo.task import Task


def load(path: str | Path, task: str | type[Task] = "", engine: str = "auto", trust: bool = False) -> Run:
    """Load a run.

    Args:
        path: its folder, or a task's name for the latest run under `runs/`.
        task: the task's class or file, if no plugin registers the task.
        engine: `tensorflow` or `jax`; `auto` for the one that the run was trained with, if it is installed.
        trust: run the code of a task file that came with the run, even if it was not trained on this machine.

    Returns:
        The run, ready to sample, predict, evaluate or resume.

    Raises:
        ZooError: it is not a run, its task is not installed, its code is not trusted, or Keras runs on another engine.
    """
    with noting_blame():
        return open_run(path, task, engine, trust)


def open_run(
    path: str | Path,
    task: str | type[Task] = "",
    engine: str = "auto",
    trust: bool = False,
    changes: Mapping[str, object] | None = None,
    fast: bool = False,
    evaluation: bool = False,
    report: bool = False,
) -> Run:
    """Load a run, but first check whether its settings allow the given changes.

    Args:
        path: as for `load`.
        task: likewise.
        engine: likewise.
        trust: likewise.
        changes: settings for resuming or predicting; checked before TensorFlow is imported.
        fast: answer with the graphs that the folder keeps, or that the first answer makes (see `FastRun`).
        evaluation: whether to evaluate with such graphs, too.
        report: whether to report on the run: plugins add sections, and graphs that the folder lacks are not made.

    Returns:
        The run, with its own settings.
    """
    if in_notebook():
        silence()
    prefer_onednn()
    folder = RunFolder(find_run(str(path)))
    manifest = folder.manifest()
    text = folder.read_settings()
    if engine == "auto":
        chosen, strict = raw_value(from_text(text, str(folder.settings)), "engine") or "auto", False
    else:
        chosen, strict = engine, True
    choose_engine(chosen, strict=strict, load=False)
    plugins = Plugins()
    found = _find_task(plugins, task, manifest, folder.path, trust)
    settings: Settings = from_yaml(found.Settings, text, str(folder.settings))
    moved = with_paths(settings, manifest.paths, folder.path)
    if moved:
        settings = override(settings, moved, task=manifest.task)
    if changes:
        check_names(override(settings, changes, task=manifest.task), plugins)
    answers = FastAnswers(folder)
    fast = fast and engine == "auto" and answers.can_answer(settings, str((changes or {}).get("search.strategy", "")))

    def complete() -> Task:
        choose_engine(chosen, strict=strict)
        whole = found(settings, plugins.load_components())
        whole.columns = manifest.columns
        return whole

    if fast:
        instance = found(settings, Components(reports=plugins.load_kind("reports")) if report else None)
        instance.columns = manifest.columns
        codecs = restored_codecs(instance, folder)
        graphs = answers.find(codecs)
        measuring = answers.find_evaluation(codecs) if evaluation and graphs is not None else None
        if graphs is not None and (measuring is not None or not evaluation):
            return FastRun(instance, manifest.task, folder, codecs, answers, graphs, measuring, complete)
    instance = complete()
    codecs = restored_codecs(instance, folder)
    if fast and not report:
        return FastRun(instance, manifest.task, folder, codecs, answers, None)
    return Run(instance, manifest.task, folder, codecs)


def _find_task(plugins: Plugins, task: str | type[Task], manifest: Manifest, folder: Path, trust: bool) -> type[Task]:
    if isinstance(task, type):
        return task
    if task:
        return plugins.load_task(task)
    file = find_task_file(manifest, folder, trust)
    if file is not None:
        return plugins.load_file(file.path, file.code, file.beside)
    return plugins.load_task(manifest.task)
