"""A run of a task: trained, loaded, resumed, evaluated, sampled."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError, ZooError
from zoo.runs.evaluation_report import EvaluationReport, compare_answers
from zoo.runs.folder import RunFolder
from zoo.runs.local_workers import start_others
from zoo.runs.named_callbacks import named_callbacks
from zoo.runs.read_only_folder import ReadOnlyRunFolder, as_worker
from zoo.runs.weights import load_weights
from zoo.settings import override, to_yaml
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches, Splits
    from zoo.search import Score
    from zoo.task import Task
    from zoo.topology import Alignment, Answer
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
    """

    def __init__(self, task: Task, name: str, folder: RunFolder, codecs: dict[str, Codec]) -> None:
        self.task, self.name, self.folder, self.codecs = task, name, folder, codecs
        self.settings: Any = task.settings
        self.topology = task.topology
        self.reason = ""
        self.interrupted = 0
        self._model: keras.Model | None = None
        self._engine: Engine | None = None
        self._rows = 0
        self._training = False
        self._inference: Inference | None = None
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
        if self._engine is None:
            from zoo.training.engines import make_engine

            device = self.settings.device
            rows = self._rows or self.settings.batch.size
            # What a run answers is computed by one process alone, on what this machine has.
            elsewhere = device.kind in ("gpu", "tpu", "workers") and not self._training
            kind = "auto" if elsewhere else device.kind
            planner = self.task.components.devices.get(kind)
            self._engine = make_engine(device, rows, kind, planner)
        return self._engine

    @property
    def model(self) -> keras.Model:
        """The keras.Model with the best weights of a run that was loaded or has ended.

        Raises:
            ZooError: the run's weights are missing or damaged.
        """
        if self._model is not None:
            return self._model
        model = self._build()
        try:
            load_weights(self.folder.best if self.folder.best.exists() else self.folder.last, model)
        except ZooError:
            # A model with random weights must not be taken for the run's by the next who asks.
            self._model = None
            raise
        return model

    @property
    def inference(self) -> Inference:
        """The model, ready to answer."""
        assert self.model is not None and self._inference is not None
        return self._inference

    def _build(self) -> keras.Model:
        model = self.engine.build(lambda: self.task.model(self.codecs), self.settings.seed)
        if not model.built:
            raise ZooError(f"task {self.name}: model() gave a model that is not built; call it once, or call build()")
        self._model = model
        strategies = self.task.components.strategies
        self._inference = Inference(model, self.codecs, self.engine.compile, self.engine.trace, strategies)
        return model

    def _prepare(self, optimizer: Any = None, clip: float = 0.0, average: float = 0.0) -> None:
        model = self._model

        def forward(batch: Any, carry: Any, training: bool) -> Any:
            assert model is not None
            return self.topology.forward(model, batch, carry, training)

        self.engine.prepare(model, forward, optimizer, clip, average)

    def _batches(self, splits: Splits, split: str) -> Batches | None:
        examples = getattr(splits, split)
        if not len(examples):
            return None
        return self.topology.batches(examples, self.codecs, self.settings, folder=self.folder.cache, split=split)

    def train(self, report: Reporter | None = None, callbacks: Sequence[Any] = (), splits: Splits | None = None) -> Run:
        """Train, or go on where the checkpoint stands.

        Args:
            report: is told how it goes; nobody by default.
            callbacks: Keras callbacks.
            splits: the examples, where they have been read already.

        Returns:
            The run itself, with the best weights.

        Raises:
            ZooError: bad data, a damaged checkpoint, a loss that is not finite, a folder that cannot be written to.
        """
        from zoo.training.checkpoint import load_checkpoint
        from zoo.training.engines import find_cluster
        from zoo.training.optimizers import make_optimizer
        from zoo.training.progress import SilentReporter
        from zoo.training.trainer import Trainer

        settings, train = self.settings, self.settings.train
        cluster = find_cluster(settings.device.kind)
        if not cluster.is_chief:
            report, callbacks = SilentReporter(), []
        report = report or SilentReporter()
        self._training, together = True, cluster.workers > 1
        names = train.callbacks if cluster.is_chief else []
        named = named_callbacks(names, self.folder.path, self.task.components.callbacks)
        try:
            self._splits = splits or self._splits
            splits = self.splits
            training = self._batches(splits, "train")
            if training is None:
                raise ZooError(f"the data of task {self.name} has no training examples")
            validation = self._batches(splits, "validation")
            self._rows = training.size
            model = self._build()
            if not model.trainable_weights:
                raise ZooError(
                    f"task {self.name}: model() gave a model that has nothing to train yet; "
                    "build its layers in its build(), or call it once"
                )
            optimizer = self.engine.build(lambda: make_optimizer(train), settings.seed)
            self._prepare(optimizer, train.clip, train.average)
            trainer = Trainer(
                engine=self.engine,
                topology=self.topology,
                model=model,
                settings=train,
                seed=settings.seed,
                training=training,
                validation=validation,
                store=self.folder,
                callbacks=[*named, *callbacks],
                report=report,
                example=self._example if cluster.is_chief else str,
            )
            model.optimizer = optimizer
            step = 0
            if self.folder.checkpoint.exists():
                arrays, state = load_checkpoint(self.folder.checkpoint)
                self._same_data(state, training)
                trainer.resume(arrays, state)
                step = trainer.state.step
            else:
                self.task.begin(model)
            self.folder.rewind(step)
            report.begin(self._introduction(splits, training, validation, step))
            trainer.training = self.topology.precompute(training, self.inference, self.folder.cache)
            if validation is not None:
                trainer.validation = self.topology.precompute(validation, self.inference, self.folder.cache)
            self.reason = trainer.train().describe(train)
            self.interrupted = trainer.interrupted
        finally:
            self.folder.clear_cache()
        report.end(f"{self.reason}; the run is in {self.folder.path}")
        if together:
            # The others are leaving: from here on this process computes alone, with the best weights.
            self._training, self._engine, self._model = False, None, None
        elif self.folder.best.exists():
            load_weights(self.folder.best, model)
        return self

    def _same_data(self, state: Mapping[str, Any], training: Batches) -> None:
        if state.get("data") not in (None, training.fingerprint):
            raise ZooError(
                f"the training data is not what {self.folder.path} was trained on; put it back, or start a new run"
            )

    def _introduction(self, splits: Splits, training: Batches, validation: Batches | None, step: int) -> list[str]:
        assert self._model is not None
        weights = sum(math.prod(variable.shape) for variable in self._model.trainable_variables)
        lines = [
            *splits.notes,
            f"data: {training.describe()}" + (f"; validation: {validation.describe()}" if validation else ""),
        ]
        lines.append(f"model: {self._model.name}, {weights:,} weights")
        lines.append(f"engine: {self.engine.describe()}")
        if self.engine.note:
            lines.append(f"note: {self.engine.note}")
        lines.append(f"folder: {self.folder.path}" + (f", resumed at step {step}" if step else ""))
        return lines

    def _example(self) -> str:
        assert self._inference is not None
        return self.topology.example(self._inference, self.settings)

    def resume(self, report: Reporter | None = None, callbacks: Sequence[Any] = (), **changes: Any) -> Run:
        """Go on with the training where its checkpoint stands.

        Args:
            report: is told how it goes.
            callbacks: Keras callbacks.
            **changes: settings to change, such as `train={"epochs": 10}`.

        Returns:
            The run itself.

        Raises:
            ZooError: the checkpoint is damaged or gone.
        """
        # A run that was killed before its first checkpoint begins anew; one that has lost it must not be overwritten.
        if not self.folder.checkpoint.exists() and self.folder.last.exists():
            raise ZooError(f"{self.folder.path} has lost its checkpoint; it can be used, but not trained further")
        if changes:
            settings = override(self.settings, changes, task=self.name)
            check_end(settings.train)
            self.settings = self.task.settings = settings
            self._engine = self._model = self._splits = None
        with ExitStack() as stack:
            self.folder = as_worker(self.folder, self.settings.device, stack) or self.folder
            if changes:
                self.folder.begin(self.folder.about(), to_yaml(self.settings))
            start_others(self.settings.device, ["resume", str(self.folder.path)], stack)
            return self.train(report, callbacks)

    def evaluate(self, split: str = "test") -> dict[str, float]:
        """Measure the model on a split of its data.

        Args:
            split: `train`, `validation` or `test`.

        Returns:
            Metrics by name.

        Raises:
            ZooError: the data has no such split, or it cannot be read.
        """
        return dict(self.evaluation_report(split, show=0).metrics)

    def evaluation_report(self, split: str = "test", show: int = 3, splits: Splits | None = None) -> EvaluationReport:
        """Measure the model on a split of its data, and look at its answers.

        Args:
            split: `train`, `validation` or `test`.
            show: how many answers to show beside the truth, and how many of the most wrong.
            splits: the examples, where they have been read already.

        Returns:
            Metrics, notes and answers.

        Raises:
            ZooError: the data has no such split, or it cannot be read.
        """
        from zoo.training.evaluation import evaluate

        if split not in ("train", "validation", "test"):
            raise UsageError(f"there is no split '{split}': it is train, validation or test")
        splits = splits or self.splits
        examples = getattr(splits, split)
        if not len(examples):
            raise ZooError(f"the data of {self.folder.path} has no {split} split")
        model = self.model
        self._prepare()
        with tempfile.TemporaryDirectory(dir=_writable(self.folder.path)) as cache:
            batches = self.topology.batches(examples, self.codecs, self.settings, folder=Path(cache), split="test")
            metrics = evaluate(self.engine, self.topology, model, batches)
        return compare_answers(self.topology, self.inference, self.settings, examples, split, metrics, show)

    def answer(self, inputs: Sequence[Any], **search: Any) -> list[Answer]:
        """Answer raw inputs, with scores, probabilities or alternatives beside the answers (see `predict`)."""
        return self.topology.answer(self.inference, list(inputs), self._searching(search))

    def predict(self, inputs: Sequence[Any], **search: Any) -> list[Any]:
        """Answer raw inputs with raw outputs.

        Args:
            inputs: such as the task's data has them.
            **search: settings of the search, such as `temperature=0.5`.

        Returns:
            One answer an input.
        """
        return self.topology.predict(self.inference, list(inputs), self._searching(search))

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
        return self.topology.align(self.inference, list(inputs), list(texts), self.settings)

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
            raise UsageError(f"{len(texts)} texts for {len(inputs)} inputs: there must be one an input")
        return self.topology.score(self.inference, inputs, list(texts), self.settings)

    def _searching(self, search: Mapping[str, Any]) -> Any:
        return override(self.settings, {"search": dict(search)}, task=self.name) if search else self.settings


def check_end(train: Any) -> None:
    """Refuse a training that nothing would end."""
    if not (train.steps or train.epochs or train.minutes or train.patience):
        raise UsageError(
            "nothing would end this training: set train.steps, train.epochs, train.minutes or train.patience"
        )


def _writable(folder: Path) -> Path | None:
    import os

    return folder if os.access(folder, os.W_OK) else None
