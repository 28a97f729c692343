"""A run of a task: trained, loaded, resumed, evaluated, sampled."""

from __future__ import annotations

import importlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from zoo.errors import UsageError, ZooError
from zoo.files import file_errors
from zoo.plugins.blame import noting_blame
from zoo.runs.checks import check_settings
from zoo.runs.evaluation_report import EvaluationReport, compare_answers
from zoo.runs.folder import RunFolder
from zoo.runs.interrupted import raise_if_interrupted
from zoo.runs.local_workers import start_others
from zoo.runs.manifest import AVERAGED
from zoo.runs.notebook import notebook_reporter
from zoo.runs.predictor import TaskPredictor
from zoo.runs.read_only_folder import ReadOnlyRunFolder, as_worker
from zoo.runs.run_model import RunModel
from zoo.runs.training_session import TrainingSession
from zoo.settings import override, to_arguments, to_yaml

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches, Splits
    from zoo.data.splitting.splits import Examples
    from zoo.export import Export
    from zoo.settings import TrainSettings
    from zoo.task import Task
    from zoo.topology import Inference
    from zoo.topology.scored_text import ScoredText
    from zoo.training.engines.engine import Engine
    from zoo.training.progress import Reporter


class Run(TaskPredictor):
    """A task with its settings, its fitted codecs, its model and its folder.

    Made by `zoo.run` and `zoo.load`. The model is built on first use.

    Attributes:
        task: an instance of the task.
        name: the task's name.
        settings: resolved.
        codecs: fitted, by role.
        folder: the run's folder.
        reason: why its training ended; empty for a loaded run.
        interrupted: number of the signal that ended its training, or 0.
        deadline: when `train.minutes` are over, by `time.perf_counter`; None without that limit, and for a loaded run.
    """

    def __init__(self, task: Task, name: str, folder: RunFolder, codecs: dict[str, Codec]) -> None:
        super().__init__(task, name, codecs)
        self.folder = folder
        self.reason = ""
        self.interrupted = 0
        self.deadline: float | None = None
        self._model: RunModel | None = None
        self._splits: Splits | None = None

    def __repr__(self) -> str:
        return f"<Run of {self.name} in {self.folder.path}>"

    def __fspath__(self) -> str:  # a run as a setting, such as train={"start": run}
        return str(self.folder.path)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes to the run's folder: not in a worker other than the chief."""
        return not isinstance(self.folder, ReadOnlyRunFolder)

    @property
    def splits(self) -> Splits:
        """The examples of the run's data, read on first use and kept."""
        if self._splits is None:
            self._splits = self.task.splits()
        return self._splits

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The evaluations during training, in order, as in `metrics.jsonl`."""
        return self.folder.read_metrics()

    @property
    def engine(self) -> Engine:
        """The engine that the run computes on."""
        return self._run_model.engine

    @property
    def model(self) -> keras.Model:
        """The keras.Model with the best weights of a loaded or finished run.

        Raises:
            ZooError: the run's weights are missing or damaged.
        """
        return self._run_model.load(self.folder)

    @property
    def inference(self) -> Inference:
        """The model, ready for predictions."""
        self._run_model.load(self.folder)
        return self._run_model.inference

    @property
    def _run_model(self) -> RunModel:
        if self._model is None:
            self._model = RunModel(self.task, self.name, self.settings, self.codecs)
        return self._model

    def train(
        self,
        report: Reporter | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        splits: Splits | None = None,
    ) -> Run:
        """Train, or resume from the checkpoint.

        Args:
            report: receives the progress; by default the notebook's output, or nothing outside a notebook.
            callbacks: Keras callbacks.
            splits: the examples, if they have already been read.

        Returns:
            The run itself, with the best weights.

        Raises:
            ZooError: bad data, a damaged checkpoint, a loss that is not finite, a folder that cannot be written to, or
                another process trains this run.
            KeyboardInterrupt: Ctrl-C ended the training; the run is saved.
        """
        run = self._train_since(time.perf_counter(), report or notebook_reporter(), callbacks, splits)
        return raise_if_interrupted(run)

    def _train_since(
        self,
        began: float,
        report: Reporter | None,
        callbacks: Sequence[keras.callbacks.Callback],
        splits: Splits | None,
        new_settings: str = "",
    ) -> Run:
        """Train; the time of `train.minutes` counts from `began`."""
        self._model = None
        self._splits = splits or self._splits
        with self.folder.locked():
            session = TrainingSession(
                self.task, self.name, self.settings, self.codecs, self.folder, new_settings, began
            )
            outcome = session.train(lambda: self.splits, report, callbacks)
        self.reason, self.interrupted, self._model = outcome.reason, outcome.interrupted, outcome.model
        left = outcome.seconds_left
        self.deadline = None if left is None else time.perf_counter() + left
        return self

    def resume(
        self, report: Reporter | None = None, callbacks: Sequence[keras.callbacks.Callback] = (), **changes: object
    ) -> Run:
        """Resume the training from its checkpoint.

        Args:
            report: receives the progress.
            callbacks: Keras callbacks.
            **changes: settings to change, such as `train={"epochs": 10}`.

        Returns:
            The run itself.

        Raises:
            UsageError: an unknown setting or a value of the wrong type.
            ZooError: the checkpoint is damaged, missing, or does not fit the changed settings; the run is unchanged.
            KeyboardInterrupt: Ctrl-C ended the training; the run is saved.
        """
        # A run killed before its first checkpoint starts again; a run that lost its checkpoint must not be overwritten.
        if self.folder.manifest().ended == AVERAGED:
            raise ZooError(
                f"{self.folder.path} is an average, which has no state to resume from; start a new run from it: "
                f"train.start={self.folder.path}"
            )
        if not self.folder.checkpoint.exists() and self.folder.last.exists():
            raise ZooError(
                f"{self.folder.path} has lost its checkpoint; it still makes predictions, but training cannot resume"
            )
        with noting_blame():
            return raise_if_interrupted(self._resume(report or notebook_reporter(), callbacks, changes))

    def _resume(
        self, report: Reporter | None, callbacks: Sequence[keras.callbacks.Callback], changes: Mapping[str, object]
    ) -> Run:
        began = time.perf_counter()
        before = self.task, self.codecs
        folder = self.folder
        settings = override(self.settings, changes, task=self.name) if changes else self.settings
        check_settings(settings, self.task.components)
        before_name, name = self.settings.train.optimizer, settings.train.optimizer
        if name != before_name:
            raise UsageError(
                f"train.optimizer={name}: the run was trained with {before_name}, whose state another optimizer cannot "
                "continue from; start a new run"
            )
        _check_start(self.settings.train, settings.train)
        try:
            if changes:
                # Build them as `load` would: do not save what cannot be loaded again.
                task = type(self.task)(settings, self.task.components)
                self._use(task, restored_codecs(task, folder))
            with ExitStack() as stack:
                self.folder = as_worker(folder, settings.device, stack) or folder
                arguments = to_arguments(changes)
                start_others(settings.device, ["resume", str(folder.path), "trust=yes", *arguments], stack)
                return self._train_since(began, report, callbacks, None, to_yaml(settings) if changes else "")
        except BaseException:
            self.folder = folder
            self._use(*before)
            raise

    def _use(self, task: Task, codecs: dict[str, Codec]) -> None:
        self.task, self.settings, self.topology, self.codecs = task, task.settings, task.topology, codecs
        self._model = self._splits = None

    def evaluate(self, split: str = "", data: str = "") -> dict[str, float]:
        """Evaluate the model on a split of its data, or on other data.

        Args:
            split: `train`, `validation` or `test`; `test` by default.
            data: other data than the run's own, as in `zoo.run`; evaluated whole, unless a split is given.

        Returns:
            Metrics by name.

        Raises:
            ZooError: the data has no such split, or it cannot be read.
        """
        return dict(self.evaluation_report(split, show=0, data=data).metrics)

    def evaluation_report(
        self,
        split: str = "",
        show: int = 3,
        splits: Splits | None = None,
        data: str = "",
        on_error: str = "auto",
        deadline: float | None = None,
    ) -> EvaluationReport:
        """Evaluate the model on a split of its data, or on other data, and compare its answers.

        Args:
            split: `train`, `validation` or `test`; `test` by default.
            show: how many answers to show next to the truth, and how many of the worst.
            splits: the examples, if they have already been read.
            data: other data than the run's own, as in `zoo.run`; evaluated whole, unless a split is given.
            on_error: what to do about an unreadable example of `data`, `stop` or `skip`; `auto`: as in training.
            deadline: when to stop answering, by `time.perf_counter`; metrics of answers then cover only the first
                examples.

        Returns:
            Metrics, notes and answers.

        Raises:
            ZooError: the data has no such split, or it cannot be read.
        """
        if split not in ("", "train", "validation", "test"):
            raise UsageError(f"unknown split '{split}': expected train, validation or test")
        read_notes: tuple[str, ...] = ()
        if data:
            split, examples, read_notes = self._other_examples(data, split, on_error)
        else:
            split = split or "test"
            examples = getattr(splits or self.splits, split)
        if not len(examples):
            raise ZooError(f"the data {data or f'of {self.folder.path}'} has no {split} split")
        with tempfile.TemporaryDirectory(dir=_writable(self.folder.path)) as cache:
            batches = self.topology.batches(examples, self.codecs, self.settings, folder=Path(cache), split="test")
            metrics = self._measure(batches)
        report = compare_answers(self.topology, self.inference, self.settings, examples, split, metrics, show, deadline)
        report = replace(report, notes=(*read_notes, *report.notes)) if read_notes else report
        known = {} if data else self.folder.manifest().data
        if split != "train" and known.get(split, batches.fingerprint) != batches.fingerprint:
            note = f"the {split} data has changed since the run was trained"
            report = replace(report, notes=(*report.notes, note))
        return report

    def _measure(self, batches: Batches) -> dict[str, float]:
        """Compute the metrics that need no answers, such as the loss."""
        from zoo.training.evaluation import evaluate

        model = self.model
        self._run_model.prepare()
        return evaluate(self.engine, self.topology, model, batches)

    def _other_examples(self, data: str, split: str, on_error: str) -> tuple[str, Examples, tuple[str, ...]]:
        """Read other data: the given split, their own test split, or everything if they are not divided."""
        changes: dict[str, object] = {"data.source": data, "data.validation": 0, "data.test": 0}
        changes |= {"data.on_error": on_error} if on_error != "auto" else {}
        settings = override(self.settings, changes, task=self.name)
        splits = type(self.task)(settings, self.task.components).splits()
        if not split and len(splits.test):
            split = "test"
        skipped = tuple(note for note in splits.notes if note.startswith("skipped"))
        return (split, getattr(splits, split), skipped) if split else ("whole", splits.train, skipped)

    def score_data(self, data: str, split: str = "", on_error: str = "auto") -> Iterator[ScoredText]:
        """Score the texts of other data: how probable the model finds them.

        Args:
            data: a file or a name, as in `zoo.run`; read whole, unless a split is given.
            split: `train`, `validation` or `test`.
            on_error: what to do about an unreadable example, `stop` or `skip`; `auto`: as in training.

        Returns:
            For each example, or each line of a language model's text, the log-probability of every token.

        Raises:
            ZooError: the task writes no text, or the data cannot be read.
        """
        _, examples, _ = self._other_examples(data, split, on_error)
        yield from self.topology.score_examples(self.inference, examples, self.settings)

    def export(self, out: str | Path = "", **options: object) -> Export:
        """Export the model as a bundle, which answers without TensorFlow (see `zoo.runtime`), and compare both.

        Args:
            out: a folder, or a file that ends in `.zoo`; by default `bundles/` in the run's folder.
            **options: `format`, `precision`, `examples`, `tolerance`, `license` (see `zoo.export.ExportOptions`).

        Returns:
            Where the bundle lies, and how its answers compare with the run's.

        Raises:
            UsageError: an unknown format or precision, or a place where something else is.
            ZooError: the model has no counterpart in the format, or a smaller precision loses too much.
        """
        from zoo.export import ExportOptions
        from zoo.runs.exporting import export_run

        return export_run(self, self.task, self.folder, lambda: self.splits, out, ExportOptions.of(options))

    def report(self, out: str | Path = "") -> Path:
        """Write a report: one HTML file with everything inside.

        Args:
            out: the file; by default `report.html` in the run's folder.

        Returns:
            The file.

        Raises:
            ZooError: the run's files are damaged, or the file cannot be written.
        """
        path: Path = _views().report(self, out)
        return path

    def plot(self) -> NotebookView:
        """Show the curves of the training in a notebook."""
        view: NotebookView = _views().plot(self)
        return view

    def neurons(self, text: str) -> NotebookView:
        """Show in a notebook what single units do over a text; for a language model.

        Args:
            text: to read.

        Raises:
            ZooError: the run is of another kind, or the text is too short.
        """
        view: NotebookView = _views().neurons(self, text)
        return view

    def _repr_html_(self) -> str:
        markup: str = _views().summary(self)._repr_html_()
        return markup


class NotebookView(Protocol):
    """What a notebook shows (see `zoo.report`)."""

    def _repr_html_(self) -> str: ...


def _views() -> ModuleType:
    """Load what shows runs, by name: it stands above runs, and imports point downward."""
    return importlib.import_module("zoo.report.views")


def _check_start(before: TrainSettings, after: TrainSettings) -> None:
    """Refuse to resume with other frozen layers, or another run to start from.

    Raises:
        UsageError: names the setting.
    """
    if after.start != before.start:
        raise UsageError("train.start is only for a new run: a resumed run has weights of its own")
    if (after.freeze, bool(after.thaw_after)) != (before.freeze, bool(before.thaw_after)):
        raise UsageError(
            "train.freeze and train.thaw_after: a resumed run keeps its frozen layers, because its optimizer has no "
            "state for others; start a new run with train.start=RUN instead"
        )


def restored_codecs(task: Task, folder: RunFolder) -> dict[str, Codec]:
    """Restore the fitted codecs of a task from a run's folder.

    Raises:
        ZooError: they are missing, damaged or of another kind.
    """
    codecs = task.codecs()
    for role, codec in codecs.items():
        with file_errors(folder.codecs / f"{role}.json", "damaged"):
            codec.restore(folder.codecs, role)
    return codecs


def _writable(folder: Path) -> Path | None:
    return folder if os.access(folder, os.W_OK) else None
