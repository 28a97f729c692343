"""One training of a run: sets up the trainer from settings and checkpoint, and collects its results."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.files import file_errors
from zoo.runs.adaptation import names_data
from zoo.runs.named_callbacks import named_callbacks
from zoo.runs.run_model import RunModel
from zoo.runs.store import DeferredStore
from zoo.runs.weights import load_weights

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches, Splits
    from zoo.runs.folder import RunFolder
    from zoo.settings import Settings
    from zoo.task import Task
    from zoo.training.progress import Reporter


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        reason: why, as a clause.
        interrupted: number of the signal that ended it, or 0.
        model: with the best weights; None after training with other workers.
        seconds_left: of `train.minutes`; None without that limit.
    """

    reason: str
    interrupted: int
    model: RunModel | None
    seconds_left: float | None


class TrainingSession:
    """Trains a run, or resumes it from its checkpoint.

    The run's folder stays unchanged until the first checkpoint or evaluation is saved.

    Args:
        task: an instance of the task.
        name: its name.
        settings: of the run.
        codecs: fitted, by role.
        folder: of the run, locked by this process.
        new_settings: as YAML, written at the first save; empty if unchanged.
        began: when the command began, by `time.perf_counter`; now by default.
    """

    def __init__(
        self,
        task: Task,
        name: str,
        settings: Settings,
        codecs: Mapping[str, Codec],
        folder: RunFolder,
        new_settings: str = "",
        began: float | None = None,
    ) -> None:
        self._task, self._name, self._settings = task, name, settings
        self._codecs, self._folder, self._new_settings = codecs, folder, new_settings
        self._began = time.perf_counter() if began is None else began
        self._start_weights: dict[str, str] = {}
        self._start_lines: list[str] = []

    def train(
        self,
        read: Callable[[], Splits],
        report: Reporter | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> Outcome:
        """Train until it ends.

        Args:
            read: reads the examples.
            report: receives the progress; by default nothing.
            callbacks: Keras callbacks.

        Raises:
            ZooError: bad data, a damaged checkpoint, a loss that is not finite, a folder that cannot be written to.
        """
        from zoo.training.engines import find_cluster
        from zoo.training.progress import SafeReporter, SilentReporter

        cluster = find_cluster(self._settings.device.kind)
        report = SafeReporter(report if report and cluster.is_chief else SilentReporter())
        names: Sequence[str] = self._settings.train.callbacks if cluster.is_chief else []
        with ExitStack() as stack:
            stack.enter_context(self._folder.unchanged_on_error())
            cache = stack.enter_context(self._folder.cache())
            named = named_callbacks(names, self._folder.path, self._task.components.callbacks)
            added = [*named, *callbacks] if cluster.is_chief else []
            outcome = self._run(read(), cache, report, added, alone=cluster.workers == 1, is_chief=cluster.is_chief)
        report.end(f"{outcome.reason}; the run is in {self._folder.path}")
        return outcome

    def _run(
        self,
        splits: Splits,
        cache: Path,
        report: Reporter,
        callbacks: Sequence[keras.callbacks.Callback],
        *,
        alone: bool,
        is_chief: bool,
    ) -> Outcome:
        from zoo.advice import TrainingAdvisor
        from zoo.runs.word_vectors import freeze_vectors
        from zoo.training.checkpoint import load_checkpoint
        from zoo.training.layer_rates import freeze
        from zoo.training.optimizers import make_optimizer
        from zoo.training.target_frequencies import count_targets, entropy, start_at_frequencies
        from zoo.training.trainer import Trainer

        settings, train, topology = self._settings, self._settings.train, self._task.topology
        report.phase("encoding data")
        training = self._batches(splits, "train", cache)
        if training is None:
            raise ZooError(f"the data of task {self._name} has no training examples")
        validation = self._batches(splits, "validation", cache)
        fingerprints = self._fingerprints(splits, training, validation, cache)
        self._check_data(fingerprints)
        report.phase("building the model")
        run_model = RunModel(self._task, self._name, settings, self._codecs, training.size, training=True)
        model = run_model.build()
        if not model.trainable_weights:
            raise ZooError(
                f"task {self._name}: model() returned a model without trainable weights; "
                "build its layers in build(), or call it once"
            )
        counts = count_targets(training)
        is_new = not self._folder.checkpoint.exists()
        if is_new:
            start_at_frequencies(model, counts)
            self._task.begin(model)
            self._start_lines += self._fill_vectors(model, training)
            self._transfer(model)
        freeze_vectors(model, settings, self._codecs)
        freeze(model, train)
        dropout = getattr(getattr(settings, "model", None), "dropout", None)
        advisor = TrainingAdvisor(entropy(counts), train.learning_rate, dropout)
        optimizer = run_model.engine.build(lambda: make_optimizer(train), settings.seed)
        run_model.prepare(optimizer, train.clip, train.average)
        store = DeferredStore(self._folder)
        trainer = Trainer(
            engine=run_model.engine,
            topology=topology,
            model=model,
            settings=train,
            seed=settings.seed,
            training=training,
            validation=validation,
            store=store,
            callbacks=callbacks,
            report=report,
            example=self._example(run_model) if is_chief else str,
            advise=advisor.advise,
            began=self._began,
        )
        model.optimizer = optimizer
        step = 0
        if not is_new:
            arrays, state = load_checkpoint(self._folder.checkpoint)
            if state.get("data") not in (None, training.fingerprint):
                raise self._other_data("training")
            with file_errors(self._folder.checkpoint, "is damaged"):
                trainer.resume(arrays, state)
            step = trainer.state.step
            if finished := trainer.finished():
                warnings.warn(finished.advice(train, str(self._folder.path)), stacklevel=2)
        store.before_first = lambda: self._commit(step, fingerprints, splits.columns)
        report.begin(self._introduction(splits, run_model, training, validation, step))
        trainer.training = topology.precompute(training, run_model.inference, cache)
        if validation is not None:
            trainer.validation = topology.precompute(validation, run_model.inference, cache)
        ended = trainer.train()
        if trainer.state.step > step:
            self._folder.record_end(ended.name.lower())
        reason = ended.describe(train)
        if not alone:
            # The other workers are finishing: from here on, this process computes alone, with the best weights.
            return Outcome(reason, trainer.interrupted, None, trainer.seconds_left)
        if self._folder.best.exists():
            load_weights(self._folder.best, model)
        return Outcome(reason, trainer.interrupted, run_model, trainer.seconds_left)

    def _transfer(self, model: keras.Model) -> None:
        """Let a new model begin with the weights of the run that `train.start` names."""
        if not self._settings.train.start:
            return
        from zoo.runs.start_run import StartRun
        from zoo.runs.weight_transfer import transfer_weights

        start = StartRun(self._settings.train.start)
        transfer = transfer_weights(start, self._task, self._codecs, model)
        self._start_weights = transfer.weights
        self._start_lines += transfer.describe(start)

    def _fill_vectors(self, model: keras.Model, training: Batches) -> list[str]:
        """Let a new model begin with the word vectors that `text.vectors` names; returns lines about them."""
        from zoo.runs.word_vectors import StartVectors

        vectors = StartVectors.of(self._settings, self._task.components)
        return [] if vectors is None else vectors.fill(model, self._codecs, training)

    def _batches(self, splits: Splits, split: str, cache: Path) -> Batches | None:
        examples = getattr(splits, split)
        if not len(examples):
            return None
        return self._task.topology.batches(examples, self._codecs, self._settings, folder=cache, split=split)

    def _fingerprints(
        self, splits: Splits, training: Batches, validation: Batches | None, cache: Path
    ) -> dict[str, str]:
        """Return split -> fingerprint of its examples."""
        found = {"train": training.fingerprint}
        if validation is not None:
            found["validation"] = validation.fingerprint
        with suppress(ZooError):  # unreadable test data prevent an evaluation, but not training
            test = self._batches(splits, "test", cache)
            if test is not None:
                found["test"] = test.fingerprint
        return found

    def _check_data(self, fingerprints: Mapping[str, str]) -> None:
        """Refuse to resume with other data, because metrics would no longer be comparable."""
        before = self._folder.manifest().data if self._folder.checkpoint.exists() else {}
        for split in before:
            if before[split] != fingerprints.get(split):
                raise self._other_data({"train": "training"}.get(split, split))

    def _other_data(self, what: str) -> ZooError:
        return ZooError(
            f"the {what} data differs from what {self._folder.path} was trained on; restore it, or start a new run"
        )

    def _commit(self, step: int, fingerprints: Mapping[str, str], columns: Mapping[str, str]) -> None:
        """Write the changes of a resumed run, just before its first result is saved."""
        if self._new_settings:
            self._folder.begin(self._folder.manifest(), self._new_settings)
        self._folder.record_data(fingerprints, columns, self._start_weights)
        self._folder.record_end("")
        self._folder.rewind(step)

    def _example(self, run_model: RunModel) -> Callable[[], str]:
        return lambda: self._task.topology.example(run_model.inference, self._settings)

    def _introduction(
        self, splits: Splits, run_model: RunModel, training: Batches, validation: Batches | None, step: int
    ) -> list[str]:
        from zoo.advice import advise_on_data

        model = run_model.inference.model
        advice = advise_on_data(splits, self._codecs, self._settings) if names_data(self._settings) else []
        weights = sum(math.prod(variable.shape) for variable in model.trainable_variables)
        lines = [
            *splits.notes,
            f"data: {training.describe()}" + (f"; validation: {validation.describe()}" if validation else ""),
            f"model: {model.name}, {weights:,} weights",
            *self._start_lines,
            f"engine: {run_model.engine.describe()}",
        ]
        if run_model.engine.note:
            lines.append(f"note: {run_model.engine.note}")
        lines += [f"advice: {line}" for line in advice]
        lines.append(f"folder: {self._folder.path}" + (f", resumed at step {step}" if step else ""))
        return lines
