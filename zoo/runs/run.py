"""A run of a task: trained, loaded, resumed, evaluated, sampled."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError, ZooError
from zoo.files import file_errors
from zoo.plugins.blame import noting_blame
from zoo.runs.answered_inputs import AnsweredInput, answer_inputs
from zoo.runs.checks import check_settings
from zoo.runs.evaluation_report import EvaluationReport, compare_answers
from zoo.runs.folder import RunFolder
from zoo.runs.interrupted import raise_if_interrupted
from zoo.runs.local_workers import start_others
from zoo.runs.notebook import notebook_reporter
from zoo.runs.one_input import as_inputs
from zoo.runs.read_only_folder import ReadOnlyRunFolder, as_worker
from zoo.runs.run_model import RunModel
from zoo.runs.training_session import TrainingSession
from zoo.settings import override, to_arguments, to_yaml
from zoo.topology.topology import Topology
from zoo.topology.unknown import warn_of_answers

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.task import Task
    from zoo.topology import Alignment, Answer, Inference
    from zoo.training.engines.engine import Engine
    from zoo.training.progress import Reporter


class Run:
    """A task with its settings, its fitted codecs, its model and its folder.

    Made by `zoo.run` and `zoo.load`. The model is built when it is first asked for.

    Attributes:
        task: an instance of the task.
        name: the task's name.
        settings: resolved.
        codecs: fitted, by role.
        folder: where it lives.
        reason: why its training ended; empty for a run that was loaded.
        interrupted: number of the signal that ended its training, or 0.
        deadline: when `train.minutes` are over, by `time.perf_counter`; None without that limit, and for a run that
            was loaded.
    """

    def __init__(self, task: Task, name: str, folder: RunFolder, codecs: dict[str, Codec]) -> None:
        self.task, self.name, self.folder, self.codecs = task, name, folder, codecs
        self.settings: Any = task.settings  # of the task's own class
        self.topology = task.topology
        self.reason = ""
        self.interrupted = 0
        self.deadline: float | None = None
        self._model: RunModel | None = None
        self._splits: Splits | None = None

    def __repr__(self) -> str:
        return f"<Run of {self.name} in {self.folder.path}>"

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run's folder: always, except in a worker that is not the chief."""
        return not isinstance(self.folder, ReadOnlyRunFolder)

    @property
    def splits(self) -> Splits:
        """The examples of the run's data, which are read when they are first asked for, and kept."""
        if self._splits is None:
            self._splits = self.task.splits()
        return self._splits

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The evaluations made while training, in order, as `metrics.jsonl` holds them."""
        return self.folder.read_metrics()

    @property
    def engine(self) -> Engine:
        """What the run computes on."""
        return self._run_model.engine

    @property
    def model(self) -> keras.Model:
        """The keras.Model with the best weights of a run that was loaded or has ended.

        Raises:
            ZooError: the run's weights are missing or damaged.
        """
        return self._run_model.load(self.folder)

    @property
    def inference(self) -> Inference:
        """The model, ready to answer."""
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
        """Train, or go on where the checkpoint stands.

        Args:
            report: is told how it goes; by default the output of a notebook, and nobody elsewhere.
            callbacks: Keras callbacks.
            splits: the examples, where they have been read already.

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
        """Train; the clock of `train.minutes` began at `began`."""
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
        self, report: Reporter | None = None, callbacks: Sequence[keras.callbacks.Callback] = (), **changes: Any
    ) -> Run:
        """Go on with the training where its checkpoint stands.

        Args:
            report: is told how it goes.
            callbacks: Keras callbacks.
            **changes: settings to change, such as `train={"epochs": 10}`.

        Returns:
            The run itself.

        Raises:
            UsageError: an unknown setting or a value of the wrong type.
            ZooError: the checkpoint is damaged or gone, or does not fit the changed settings; the run stays as it was.
            KeyboardInterrupt: Ctrl-C ended the training; the run is saved.
        """
        # A run that was killed before its first checkpoint begins anew; one that has lost it must not be overwritten.
        if not self.folder.checkpoint.exists() and self.folder.last.exists():
            raise ZooError(f"{self.folder.path} has lost its checkpoint; you can use it, but not train it further")
        with noting_blame():
            return raise_if_interrupted(self._resume(report or notebook_reporter(), callbacks, changes))

    def _resume(
        self, report: Reporter | None, callbacks: Sequence[keras.callbacks.Callback], changes: Mapping[str, Any]
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
        try:
            if changes:
                # As `load` would make them: what cannot be loaded again must not be saved.
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
        """Measure the model on a split of its data, or on other data.

        Args:
            split: `train`, `validation` or `test`; `test` by default.
            data: other data than the run's own, named as `zoo.run` names them; all of them are measured, or the split.

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
        """Measure the model on a split of its data, or on other data, and look at its answers.

        Args:
            split: `train`, `validation` or `test`; `test` by default.
            show: how many answers to show beside the truth, and how many of the most wrong.
            splits: the examples, where they have been read already.
            data: other data than the run's own, named as `zoo.run` names them; all of them are measured, or the split.
            on_error: what to do about an example of these data that cannot be read, `stop` or `skip`; `auto`: as
                in training.
            deadline: when no further answers are begun, by `time.perf_counter`; metrics that compare answers are then
                those of the first examples.

        Returns:
            Metrics, notes and answers.

        Raises:
            ZooError: the data has no such split, or it cannot be read.
        """
        from zoo.training.evaluation import evaluate

        if split not in ("", "train", "validation", "test"):
            raise UsageError(f"there is no split '{split}': it is train, validation or test")
        read_notes: tuple[str, ...] = ()
        if data:
            split, examples, read_notes = self._other_examples(data, split, on_error)
        else:
            split = split or "test"
            examples = getattr(splits or self.splits, split)
        if not len(examples):
            raise ZooError(f"the data {data or f'of {self.folder.path}'} has no {split} split")
        model = self.model
        self._run_model.prepare()
        with tempfile.TemporaryDirectory(dir=_writable(self.folder.path)) as cache:
            batches = self.topology.batches(examples, self.codecs, self.settings, folder=Path(cache), split="test")
            metrics = evaluate(self.engine, self.topology, model, batches)
        report = compare_answers(self.topology, self.inference, self.settings, examples, split, metrics, show, deadline)
        report = replace(report, notes=(*read_notes, *report.notes)) if read_notes else report
        known = {} if data else self.folder.manifest().data
        if split != "train" and known.get(split, batches.fingerprint) != batches.fingerprint:
            note = f"the {split} data is not what it was when the run was trained"
            report = replace(report, notes=(*report.notes, note))
        return report

    def _other_examples(self, data: str, split: str, on_error: str) -> tuple[str, Any, tuple[str, ...]]:
        """Read other data: a split of them, or their own test split, or all where they are not divided."""
        changes: dict[str, Any] = {"data.source": data, "data.validation": 0, "data.test": 0}
        changes |= {"data.on_error": on_error} if on_error != "auto" else {}
        settings = override(self.settings, changes, task=self.name)
        splits = type(self.task)(settings, self.task.components).splits()
        if not split and len(splits.test):
            split = "test"
        skipped = tuple(note for note in splits.notes if note.startswith("skipped"))
        return (split, getattr(splits, split), skipped) if split else ("whole", splits.train, skipped)

    def read_inputs(self, source: str | Path) -> Iterator[Input]:
        """Read the inputs of a file or a folder: whatever the task can be trained on, labels optional.

        Args:
            source: a table in any column order, a text file with one input per line, a folder, ...

        Returns:
            An iterator over inputs, for `answer_inputs`; a bad row is an input with a problem.

        Raises:
            ZooError: the source cannot be read.
        """
        return self.task.read_inputs(str(source))

    def answer_inputs(self, inputs: Iterable[Input], **search: Any) -> Iterator[AnsweredInput]:
        """Answer the inputs of a file, in their order; one that is bad does not take the answers of the others.

        Args:
            inputs: from `read_inputs`; they are read as their turn comes.
            **search: settings of the search.

        Returns:
            An iterator over the inputs with their answers, or with what is wrong.

        Raises:
            ZooError: nothing can be answered, whatever the input.
        """
        return answer_inputs(self, inputs, search, self.topology.takes_nothing)

    def answer(self, inputs: Sequence[Any], **search: Any) -> list[Answer]:
        """Answer raw inputs, with scores, probabilities or alternatives beside the answers (see `predict`)."""
        answers = self.topology.answer(self.inference, self._listed(inputs), self._searching(search))
        warn_of_answers(answers)
        return answers

    def predict(self, inputs: Sequence[Any], **search: Any) -> list[Any]:
        """Answer raw inputs with raw outputs.

        Args:
            inputs: such as the task's data has them. A text, a path, an image or a sequence of vectors that stands
                alone is one input.
            **search: settings of the search, such as `temperature=0.5`.

        Returns:
            One answer an input.
        """
        if type(self.topology).predict is Topology.predict:
            return [answer.value for answer in self.answer(inputs, **search)]
        return self.topology.predict(self.inference, self._listed(inputs), self._searching(search))

    def stream_answers(self, frames: Iterable[Any]) -> Iterator[Answer]:
        """Label frames as they come, such as those of a camera; the model keeps its state from each to the next.

        Args:
            frames: raw frames, one at a time; an endless iterator will do.

        Returns:
            An iterator with an answer for each frame, given before the next one is asked for.

        Raises:
            ZooError: the task labels no frames, or its model looks ahead; train with `model.causal=true`.
        """
        return self.topology.stream_answers(self.inference, frames)

    def align(self, inputs: Sequence[Any], texts: Sequence[str]) -> list[Alignment]:
        """Say where the model looks in its inputs while it writes given texts about them.

        Args:
            inputs: such as the task's data has them.
            texts: one an input, such as `predict` gives.

        Returns:
            One alignment an input; its `lines` draw it.

        Raises:
            ZooError: the model does not look at its input while it writes.
        """
        return self.topology.align(self.inference, self._listed(inputs), list(texts), self.settings)

    def sample(
        self,
        prime: Any = "",
        *,
        seed: int = 0,
        count: int = 1,
        stream: Callable[[int, str], None] | None = None,
        **search: Any,
    ) -> Any:
        """Write a text.

        Args:
            prime: what it is an answer to; for a language model the text to go on from.
            seed: the same seed gives the same text.
            count: how many texts; text `i` has the seed `seed + i`, so that it comes out the same on its own.
            stream: called with (number of the text, piece of it) as text is produced.
            **search: settings of the search, such as `length=500, temperature=0.5` or `beam=5`.

        Returns:
            The text, without the prime; a list of texts where `count` is more than 1.

        Raises:
            ZooError: the task does not write text.
        """
        texts = [""] * count
        for row, piece in self.stream(prime, seed=seed, count=count, **search):
            texts[row] += piece
            if stream is not None:
                stream(row, piece)
        return texts[0] if count == 1 else texts

    def stream(self, prime: Any = "", *, seed: int = 0, count: int = 1, **search: Any) -> Iterator[tuple[int, str]]:
        """Write a text, piece by piece (see `sample`).

        Yields:
            (number of the text, piece of it), whole characters only.
        """
        if count < 1:
            raise UsageError(f"count={count}: it must be at least 1")
        seeds = [seed + index for index in range(count)]
        yield from self.topology.stream(self.inference, [prime] * count, self._searching(search), seeds)

    def score(self, texts: Sequence[str], inputs: Sequence[Any] | None = None) -> list[Score]:
        """Say how probable texts are: for comparing them, or for a perplexity.

        Args:
            texts: that the model might have written.
            inputs: what each is an answer to, as `predict` takes them; a language model goes on from a line end where
                there are none.

        Returns:
            For each text the log-probability of its tokens, natural, and their sum.

        Raises:
            ZooError: the task does not write text.
        """
        inputs = [""] * len(texts) if inputs is None else list(inputs)
        if len(inputs) != len(texts):
            raise UsageError(f"{len(texts)} texts for {len(inputs)} inputs: there must be one per input")
        return self.topology.score(self.inference, inputs, list(texts), self.settings)

    def _listed(self, inputs: Any) -> list[Any]:
        return as_inputs(inputs, self.codecs.get("source"))

    def _searching(self, search: Mapping[str, Any]) -> Settings:
        settings: Settings = self.settings
        return override(settings, {"search": dict(search)}, task=self.name) if search else settings


def restored_codecs(task: Task, folder: RunFolder) -> dict[str, Codec]:
    """Make the codecs of a task as they were fitted and saved in a run's folder.

    Raises:
        ZooError: the folder does not have them, or they are damaged or of another kind.
    """
    codecs = task.codecs()
    for role, codec in codecs.items():
        with file_errors(folder.codecs / f"{role}.json", "damaged"):
            codec.restore(folder.codecs, role)
    return codecs


def _writable(folder: Path) -> Path | None:
    return folder if os.access(folder, os.W_OK) else None
