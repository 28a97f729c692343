"""The training loop, one for all tasks."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from signal import SIGINT
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from zoo.data.batching.batches import share_batches
from zoo.data.batching.prefetch import Prefetch
from zoo.errors import ZooError
from zoo.training.callbacks import Callbacks
from zoo.training.evaluation import add, evaluate
from zoo.training.interrupt import Interrupt
from zoo.training.progress import Evaluation, Reporter, TrainingStatus
from zoo.training.schedules import ScheduleState, learning_rate
from zoo.training.state import TrainingState

if TYPE_CHECKING:
    from zoo.data import Batches
    from zoo.settings import TrainSettings
    from zoo.topology import Topology
    from zoo.training.engines import Engine

# Seconds between two looks of a person: telling more often would only cost time.
TELL_EVERY = 0.1
# Seconds between two agreements of several workers, each of which takes as long as a small step.
AGREE_EVERY = 0.5


def step_key(seed: int, step: int) -> int:
    """Give the key of a step's random numbers: 62 bits, unlike those of any other step or seed."""
    digest = hashlib.blake2b(f"{seed} {step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


class CheckpointStore(Protocol):
    """Who keeps what a training produces: the run's folder."""

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Keep all that is needed to go on."""

    def save_best(self, model: Any) -> None:
        """Keep the model's present weights as the best."""

    def save_last(self, model: Any) -> None:
        """Keep the model's present weights as the last."""

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Keep an evaluation's metrics and its example."""


class Trainer:
    """Trains a model until it is told to stop: by steps, epochs, minutes, want of progress, a callback or a signal.

    Args:
        engine: prepared with the model, the topology's forward pass and the optimizer.
        topology: of the model.
        model: a keras.Model.
        settings: of the training.
        seed: of everything random.
        training: batches to learn from.
        validation: batches to choose by; None for none.
        store: keeps checkpoints, weights and metrics.
        callbacks: Keras callbacks.
        report: is told.
        example: gives a text to look at after an evaluation.
    """

    def __init__(
        self,
        engine: Engine,
        topology: Topology,
        model: Any,
        settings: TrainSettings,
        seed: int,
        training: Batches,
        validation: Batches | None,
        store: CheckpointStore,
        callbacks: Sequence[Any],
        report: Reporter,
        example: Callable[[], str],
    ) -> None:
        self.engine, self.topology, self.model, self.settings = engine, topology, model, settings
        self.seed, self.training, self.validation = seed, training, validation
        self.store, self.report, self._example = store, report, example
        self.callbacks = Callbacks(callbacks, model)
        self.state = TrainingState()
        self.carry = topology.carry(model, training.size)
        self.interrupted = self._saved = 0
        self._told = self._waited = self._worked = self._timed = 0.0
        self._clock = 0.0
        self._agree_at, self._last_agreement = 0, (0, 0.0)
        self._stop = self._agreed = False
        self._interrupt = Interrupt()

    def resume(self, arrays: dict[str, np.ndarray], state: dict[str, Any]) -> None:
        """Go on from a checkpoint.

        Args:
            arrays: as `CheckpointStore.save_checkpoint` got them.
            state: likewise.

        Raises:
            ZooError: they belong to another model.
        """
        from keras import tree

        self.engine.restore(arrays)
        self.state = TrainingState.from_json(state)
        self._saved, self._clock = self.state.step, self.state.elapsed
        leaves = [value for name, value in sorted(arrays.items()) if name.startswith("carry/")]
        self.carry = tree.pack_sequence_as(self.carry, leaves)

    def train(self) -> str:
        """Train.

        Returns:
            Why it ended, as one clause.

        Raises:
            ZooError: the loss is no number any more; or, with several workers, their data differ, or one has stopped.
        """
        state, settings = self.state, self.settings
        self._compare()
        self._share()
        self.callbacks.train_begin()
        with Interrupt() as interrupt:
            self._interrupt = interrupt
            due = settings.evaluate_every and state.step and state.step % settings.evaluate_every == 0
            # A signal came during the evaluation that was due here.
            if due and state.evaluated != state.step and self._evaluate():
                self._save()
            reason = "interrupted" if self._leaving else self._finished()
            while not reason:
                reason = self._epoch()
            # Whoever interrupts waits for no evaluation: what was reached is kept, and nothing else is done.
            if reason != "interrupted" and state.evaluated != state.step and not self._evaluate():
                reason = "interrupted"
        self._save()
        self.callbacks.train_end()
        # A signal that came when all was done, during the last evaluation, interrupted nothing.
        self.interrupted = interrupt.signal if reason == "interrupted" else 0
        return reason

    @property
    def _leaving(self) -> bool:
        """Whether a signal has come, to this process or, as they have agreed, to one of the workers."""
        return self._agreed if self.engine.cluster.workers > 1 else bool(self._interrupt.signal)

    def _epoch(self) -> str:
        """Go on with the present pass over the data; returns why the training ended, or nothing."""
        state, settings = self.state, self.settings
        self.callbacks.epoch_begin(state.epoch)
        self.engine.set_dynamic_axes(self.training.varying)
        reason = ""
        with Prefetch(self.training.epoch(state.epoch, start=state.batch)) as batches:
            while not reason:
                began, waited, traces = time.perf_counter(), batches.waited, self.engine.traces
                weighed = state.totals.get("loss", (0.0, 0.0))[1]
                group = self._take(batches)
                if not group:
                    self._agree()
                    break
                self._step(group)
                spent = time.perf_counter() - began
                if self.engine.traces == traces:
                    # A step that made a graph for a new shape is start-up, which no budget of time pays for.
                    self._clock += spent
                    self._waited += batches.waited - waited
                    self._worked += spent
                    self._timed += state.totals["loss"][1] - weighed
                evaluates = settings.evaluate_every and state.step % settings.evaluate_every == 0
                saves = settings.save_every and state.step % settings.save_every == 0
                if evaluates or saves or state.step >= self._agree_at:
                    self._agree()
                if evaluates:
                    if self._evaluate():
                        self._save()
                    self.engine.set_dynamic_axes(self.training.varying)
                elif saves:
                    self._save()
                reason = "interrupted" if self._leaving else self._finished()
        epoch = state.epoch
        # An interrupted epoch stays open, even with no batch left: its evaluation is made when the run is resumed.
        if reason != "interrupted" and (not reason or state.batch >= self.training.steps_per_epoch):
            if not settings.evaluate_every and not self._evaluate():
                reason = "interrupted"
            else:
                state.epoch, state.batch = state.epoch + 1, 0
                if not settings.evaluate_every:
                    self._save()
                reason = reason or self._finished()
        # Before the epoch's end is told, so that callbacks find the last evaluation in its logs.
        if reason not in ("", "interrupted") and state.evaluated != state.step and not self._evaluate():
            reason = "interrupted"
        self.callbacks.epoch_end(epoch)
        if not reason:
            self._agree()
        return reason or self._finished() or ("interrupted" if self._leaving else "")

    def _compare(self) -> None:
        """Refuse to train where the workers would not take the same steps."""
        cluster = self.engine.cluster
        if cluster.workers == 1:
            return
        told = f"{self.seed} {self.settings} {self.training.fingerprint} {self.state.step}"
        mark = int.from_bytes(hashlib.blake2b(told.encode(), digest_size=4).digest(), "big")
        if self.engine.all_reduce([mark]) != [mark * cluster.workers]:
            raise ZooError("the workers were started with different settings, data or checkpoints")

    def _share(self) -> None:
        """Let each worker read what it computes, and no more."""
        if self.engine.cluster.workers > 1:
            share_batches(self.training, self.engine.local_rows)
            if self.validation is not None:
                share_batches(self.validation, self.engine.local_rows)

    def _agree(self) -> None:
        """Take the chief's clock, and anybody's wish to stop: all workers must make the same decisions.

        The chief also says how many steps later they agree again, by how long steps have taken since the last time.
        """
        step, cluster = self.state.step, self.engine.cluster
        if cluster.workers == 1:
            self.state.elapsed = self._clock
            return
        since, then = self._last_agreement
        # Twice at one step, as at the end of an epoch, says nothing of how long steps take: the next one will.
        steps = max(1.0, AGREE_EVERY * (step - since) // (time.perf_counter() - then))
        told = [self._clock, steps] if cluster.is_chief else [0.0, 0.0]
        told += [float(self._interrupt.signal), float(self.callbacks.stop)]
        self.state.elapsed, steps, signals, stop = self.engine.all_reduce(told)
        self._agree_at, self._last_agreement = step + int(steps), (step, time.perf_counter())
        self._agreed, self._stop = signals > 0, stop > 0
        if self._agreed and not self._interrupt.signal:
            self._interrupt.signal = SIGINT

    def _take(self, batches: Iterator[dict[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
        """Take the batches of one step; fewer than wanted at the end of the data, none after it."""
        group = []
        for _ in range(self.settings.accumulate):
            batch = next(batches, None)
            if batch is None:
                break
            group.append(batch)
        return group

    def _step(self, group: list[dict[str, np.ndarray]]) -> None:
        state = self.state
        rate = learning_rate(self.settings, self._moment())
        key = step_key(self.seed, state.step)
        self.callbacks.batch_begin(state.batch)
        result = self.engine.train(group, self.carry, rate, key)
        loss = result.sums["loss"]
        if not (math.isfinite(loss[0]) and math.isfinite(result.gradient_norm)):
            kept = f"the checkpoint of step {self._saved} is whole" if self._saved else "no checkpoint was kept"
            damaged = _damaged_rows(group)
            raise ZooError(
                f"step {state.step + 1}: the loss is {loss[0]}, the gradient's norm {result.gradient_norm} "
                f"(learning rate {rate:g}); {kept}; {damaged or 'lower train.learning_rate or train.clip'}"
            )
        self.carry = result.carry
        add(state.totals, result.sums)
        own = [batch["weights"][self.engine.local_rows(len(batch["weights"]))] for batch in group]
        state.seen += sum(weights.size for weights in own)
        state.held += sum(int(np.count_nonzero(weights)) for weights in own)
        state.step += 1
        state.batch += len(group)
        value = loss[0] / loss[1] if loss[1] else 0.0
        self.callbacks.batch_end(state.batch - 1, {"loss": value})
        now = time.perf_counter()
        if now - self._told > TELL_EVERY:
            self._told = now
            self.report.step(self._status(value, rate))

    def _evaluate(self) -> bool:
        """Measure on the validation split, look at an example, and remember the best.

        Returns:
            Whether it was done: whoever sends a signal waits for no evaluation, which can take long.
        """
        state = self.state
        # Workers evaluate together, so none of them may give up alone.
        patient = self.engine.cluster.workers > 1
        train = self.topology.summarise(state.totals, self.training) if state.totals else {}
        rate = learning_rate(self.settings, self._moment())
        status = self._status(train.get("loss", math.nan), rate)
        validation: dict[str, float] = {}
        with self.engine.averaged():
            if self.validation is not None:
                self.callbacks.test_begin()
                validation = evaluate(
                    self.engine,
                    self.topology,
                    self.model,
                    self.validation,
                    self.callbacks,
                    lambda: not patient and bool(self._interrupt.signal),
                )
                self.callbacks.test_end(validation)
                if not validation:
                    return False
            best = self._remember((validation or train).get(self.topology.monitor, math.nan))
            if best:
                self.store.save_best(self.model)
            evaluation = Evaluation(status, train, validation, best, self._example())
        self.callbacks.evaluated(train, validation, rate)
        self.store.save_evaluation(evaluation)
        self.report.evaluation(evaluation)
        state.totals, state.seen, state.held, state.evaluated = {}, 0, 0, state.step
        self._waited = self._worked = self._timed = 0.0
        return True

    def _remember(self, value: float) -> bool:
        state = self.state
        sign = -1.0 if self.topology.more_is_better else 1.0
        better = state.best is None or sign * value < sign * state.best
        if better:
            state.best, state.since_best, state.since_plateau = value, 0, 0
            return True
        state.since_best += 1
        state.since_plateau += 1
        if self.settings.schedule == "plateau" and state.since_plateau >= self.settings.schedule_patience:
            state.plateaus, state.since_plateau = state.plateaus + 1, 0
        return False

    def _save(self) -> None:
        from keras import tree

        leaves = tree.flatten(self.engine.all_gather(self.carry))
        arrays = self.engine.gather() | {f"carry/{index:03d}": np.asarray(leaf) for index, leaf in enumerate(leaves)}
        # The data's fingerprint tells a resume whether the positions below still mean the same examples.
        state = self.state.to_json() | {"data": self.training.fingerprint}
        self.store.save_checkpoint(arrays, state)
        self._saved = self.state.step
        with self.engine.averaged():
            self.store.save_last(self.model)

    def _finished(self) -> str:
        """Why the training ends now; empty while it does not."""
        state, settings = self.state, self.settings
        if self._stop or (self.engine.cluster.workers == 1 and self.callbacks.stop):
            return "a callback asked to stop"
        if settings.steps and state.step >= settings.steps:
            return f"{settings.steps} steps done"
        if settings.epochs and self._epochs_done() >= settings.epochs:
            return f"{settings.epochs:g} epochs done"
        if settings.minutes and state.elapsed >= settings.minutes * 60:
            return f"{settings.minutes:g} minutes done"
        if settings.patience and state.since_best >= settings.patience:
            return f"no progress in {settings.patience} evaluations"
        return ""

    def _epochs_done(self) -> float:
        return self.state.epoch + self.state.batch / max(1, self.training.steps_per_epoch)

    def _moment(self) -> ScheduleState:
        state = self.state
        return ScheduleState(state.step, self._epochs_done(), self._progress(), state.plateaus)

    def _progress(self) -> float:
        """Share of the training that is done, by whichever limit comes first; 0 where no limit is set."""
        settings, state = self.settings, self.state
        shares = [0.0]
        if settings.steps:
            shares.append(state.step / settings.steps)
        if settings.epochs:
            shares.append(self._epochs_done() / settings.epochs)
        if settings.minutes:
            shares.append(state.elapsed / (settings.minutes * 60))
        return min(1.0, max(shares))

    def _status(self, loss: float, rate: float) -> TrainingStatus:
        state, progress = self.state, self._progress()
        return TrainingStatus(
            step=state.step,
            steps=round(state.step / progress) if progress else 0,
            epoch=self._epochs_done(),
            loss=loss,
            learning_rate=rate,
            tokens_per_second=self._timed / self._worked if self._worked else 0.0,
            padding=1.0 - state.held / state.seen if state.seen else 0.0,
            waiting=self._waited / self._worked if self._worked else 0.0,
            elapsed=state.elapsed,
            remaining=state.elapsed * (1.0 - progress) / progress if progress else 0.0,
        )


def _damaged_rows(group: Sequence[Mapping[str, np.ndarray]]) -> str:
    """Name what is no number in the batches of a step, and the examples that hold it; empty where all are numbers."""
    found = []
    for batch in group:
        for name, values in batch.items():
            if values.dtype.kind != "f" or np.isfinite(values).all():
                continue
            rows = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
            numbers = batch["index"][rows] if "index" in batch else rows
            what = "examples" if "index" in batch else "rows"
            told = ", ".join(str(int(number) + 1) for number in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
            found.append(f"'{name}' holds what is no number in {what} {told} of the training data")
    return "; ".join(found)
