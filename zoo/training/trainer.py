"""The training loop, one for all tasks."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from zoo.data.batching.batches import share_batches
from zoo.data.batching.prefetch import Prefetch
from zoo.training.best import record_monitor
from zoo.training.callbacks import Callbacks
from zoo.training.evaluation import add_sums, evaluate
from zoo.training.finite import DivergedError, describe_nonfinite_rows, find_nonfinite_variable
from zoo.training.layer_rates import LayerRates
from zoo.training.limits import Limits
from zoo.training.progress import Evaluation, Reporter, TrainingStatus
from zoo.training.schedules import learning_rate
from zoo.training.state import TrainingState
from zoo.training.stop_reason import StopReason
from zoo.training.throughput import Throughput
from zoo.training.worker_agreement import WorkerAgreement

if TYPE_CHECKING:
    import keras

    from zoo.data import Batches
    from zoo.settings import TrainSettings
    from zoo.topology import Topology
    from zoo.training.checkpoint_store import CheckpointStore
    from zoo.training.engines.engine import Engine
    from zoo.training.engines.types import Totals

# Seconds between two status reports: people cannot read faster.
REPORT_INTERVAL = 0.1

Batch = dict[str, np.ndarray]


class Trainer:
    """Trains a model until a limit is reached: steps, epochs, minutes, patience, a callback or a signal.

    Args:
        engine: prepared with the model, the topology's forward pass and the optimizer.
        topology: of the model.
        model: to train.
        settings: of the training.
        seed: of everything random.
        training: batches to learn from.
        validation: batches to choose the best weights by; None for none.
        store: saves checkpoints, weights and metrics.
        callbacks: Keras callbacks.
        report: shows progress.
        example: returns a sample text after an evaluation.
        advise: says of an evaluation what goes wrong, in a line; nothing where all is well.
        began: when the command began, by `time.perf_counter`; now by default.

    Attributes:
        interrupted: number of the signal that ended the training, or 0.
    """

    def __init__(
        self,
        engine: Engine,
        topology: Topology,
        model: keras.Model,
        settings: TrainSettings,
        seed: int,
        training: Batches,
        validation: Batches | None,
        store: CheckpointStore,
        callbacks: Sequence[keras.callbacks.Callback],
        report: Reporter,
        example: Callable[[], str],
        advise: Callable[[Evaluation], str] = lambda evaluation: "",
        began: float | None = None,
    ) -> None:
        self.engine, self.topology, self.model, self.settings = engine, topology, model, settings
        self.seed, self.training, self.validation = seed, training, validation
        self.store, self.report, self._example, self._advise = store, report, example, advise
        self.callbacks = Callbacks(callbacks, model)
        self.state = TrainingState()
        self.carry = topology.carry(model, training.size)
        self.interrupted = 0
        self._workers = WorkerAgreement(engine, self.callbacks)
        self._throughput = Throughput(began)
        self._limits = Limits(settings, training.steps_per_epoch, topology.judging_share)
        self._layer_rates = LayerRates(model, settings)
        self._reason: StopReason | None = None
        self._saved_step, self._last_report = 0, 0.0
        self._unreported: list[Evaluation] = []
        self._has_stepped = False

    def resume(self, arrays: dict[str, np.ndarray], state: Mapping[str, Any]) -> None:
        """Continue from a checkpoint.

        Args:
            arrays: as `CheckpointStore.save_checkpoint` got them.
            state: likewise.

        Raises:
            ZooError: they belong to another model.
        """
        from zoo.training.carry import restore_carry

        self.engine.restore(arrays)
        self.state = TrainingState.from_json(state)
        self._saved_step, self._throughput.earlier = self.state.step, self.state.elapsed
        self.carry = restore_carry(self.carry, arrays)

    @property
    def seconds_left(self) -> float | None:
        """The rest of `train.minutes`, in seconds; None without that limit."""
        return self.settings.minutes * 60 - self._throughput.elapsed if self.settings.minutes else None

    def finished(self) -> StopReason | None:
        """Return the limit that was reached before, if nothing is left to do."""
        return self._limits.reached(self.state) if self.state.evaluated == self.state.step else None

    def train(self) -> StopReason:
        """Train, and save the result.

        Returns:
            Why the training ended.

        Raises:
            ZooError: the loss is not finite; or, with several workers, their data differ, or one has stopped.
        """
        state = self.state
        self._workers.check_same_start(self.seed, self.settings, self.training.fingerprint, state.step)
        self._share_batches()
        self._exchange()
        with self._workers.interrupt as interrupt, self._saving_before_errors_of_callbacks():
            self.callbacks.train_begin()
            # A signal may have come during the evaluation that was due here.
            due = state.step and self.settings.evaluate_every and self._limits.evaluation_is_due(state)
            if due and self._evaluate():
                self._save()
            self._stop_if(self._workers.interrupted, StopReason.INTERRUPTED)
            self._check_limits()
            while self._reason is None:
                self._run_epoch()
            self._evaluate_at_end()
            self._save()
        self.callbacks.train_end()
        # A signal that came when all was done, during the last evaluation, interrupted nothing.
        self.interrupted = interrupt.signal if self._reason is StopReason.INTERRUPTED else 0
        return self._reason

    @contextlib.contextmanager
    def _saving_before_errors_of_callbacks(self) -> Iterator[None]:
        """Save the progress if a callback raises an error, such as one that prints to a closed pipe."""
        try:
            yield
        except Exception:
            if self.callbacks.failed and self.state.step > self._saved_step and self.engine.cluster.workers == 1:
                self._save()
            raise

    def _run_epoch(self) -> None:
        """Continue the present pass over the data, until its end or until there is a reason to stop."""
        state = self.state
        self.callbacks.epoch_begin(state.epoch)
        self.engine.set_dynamic_axes(self.training.varying)
        with Prefetch(self.training.epoch(state.epoch, start=state.batch)) as batches:
            while self._reason is None:
                self._throughput.begin_step(batches.waited, self.engine.traces)
                group = self._next_batches(batches)
                if not group:
                    self._exchange()
                    break
                tokens = self._step(group)
                self._throughput.end_step(batches.waited, self.engine.traces, tokens)
                self._evaluate_or_save_if_due()
                self._stop_if(self._workers.interrupted, StopReason.INTERRUPTED)
                self._check_limits()
        self._finish_epoch()

    def _evaluate_or_save_if_due(self) -> None:
        state, every = self.state, self.settings.save_every
        saves = bool(every) and state.step % every == 0 and state.evaluated != state.step
        evaluates = self._limits.evaluation_is_due(state)
        if evaluates or saves or state.step == 1 or self._workers.is_due(state.step):
            self._exchange()
        if state.step == 1:
            state.startup_seconds = state.elapsed
        evaluates = evaluates or self._limits.evaluation_is_due(state)
        if evaluates:
            if self._evaluate():
                self._save()
            self.engine.set_dynamic_axes(self.training.varying)
        elif saves:
            self._save()

    def _finish_epoch(self) -> None:
        state, epoch, evaluates = self.state, self.state.epoch, self._evaluates_by_epoch()
        metrics = self._summarise(state.epoch_totals)
        ended = self._reason is None or state.batch >= self.training.steps_per_epoch
        # An interrupted epoch stays open, even with no batch left: its evaluation is made when the run is resumed.
        if ended and self._reason is not StopReason.INTERRUPTED and (not evaluates or self._evaluate()):
            state.epoch, state.batch, state.epoch_totals = epoch + 1, 0, {}
            if evaluates:
                self._save()
            self._check_limits()
        # Before the callbacks see the epoch's end, so that its logs have the last evaluation.
        if self._reason is not None:
            self._evaluate_at_end()
        self.callbacks.epoch_end(epoch, metrics, self._learning_rate())
        if self._reason is None:
            self._exchange()
        self._check_limits()
        self._stop_if(self._workers.interrupted, StopReason.INTERRUPTED)

    def _evaluate_at_end(self) -> None:
        """Evaluate the final weights, except after an interrupt."""
        if self._reason is not StopReason.INTERRUPTED and self.state.evaluated != self.state.step:
            self._evaluate()

    def _evaluates_by_epoch(self) -> bool:
        return not self.settings.evaluate_every and not self.settings.minutes

    # Steps

    def _next_batches(self, batches: Iterator[Batch]) -> list[Batch]:
        """Take the batches of one step: fewer than accumulated at the end of the data, none after it."""
        group = []
        for _ in range(self.settings.accumulate):
            batch = next(batches, None)
            if batch is None:
                break
            group.append(batch)
        return group

    def _step(self, group: list[Batch]) -> float:
        """Take one optimiser step; returns the weight of its targets."""
        state = self.state
        rate = self._learning_rate()
        if not self._has_stepped:
            self._has_stepped = True
            self.report.phase("compiling")
        self.callbacks.batch_begin(state.batch)
        rates = self._layer_rates.apply(rate, self._limits.epochs(state))
        result = self.engine.train(group, self.carry, rates, step_key(self.seed, state.step))
        loss, weight = result.sums["loss"]
        if not (math.isfinite(loss) and math.isfinite(result.gradient_norm)):
            what = f"the loss is {loss}, the gradient's norm {result.gradient_norm} (learning rate {rate:g})"
            raise self._diverged(state.step + 1, what, describe_nonfinite_rows(group))
        self.carry = result.carry
        add_sums(state.totals, result.sums)
        add_sums(state.totals, {"gradient_norm": (float(result.gradient_norm), 1.0)})
        if self.callbacks.any:
            add_sums(state.epoch_totals, result.sums)
        for batch in group:
            weights = batch["weights"][self.engine.local_rows(len(batch["weights"]))]
            state.positions += weights.size
            state.filled_positions += int(np.count_nonzero(weights))
        state.step += 1
        state.batch += len(group)
        mean = loss / weight if weight else 0.0
        self.callbacks.batch_end(state.batch - 1, {"loss": mean})
        now = time.perf_counter()
        if now - self._last_report > REPORT_INTERVAL:
            self._last_report = now
            self.report.step(self._status(mean, rate))
        return weight

    def _diverged(self, step: int, what: str, cause: str = "") -> DivergedError:
        saved = (
            f"the checkpoint of step {self._saved_step} is intact" if self._saved_step else "no checkpoint was saved"
        )
        return DivergedError(f"step {step}: {what}; {saved}; {cause or 'lower train.learning_rate or train.clip'}")

    def _check_weights(self) -> None:
        """Refuse to evaluate or save weights that are not finite: they would answer nonsense."""
        path = find_nonfinite_variable(self.model.trainable_variables)
        if path:
            raise self._diverged(self.state.step, f"the weights '{path}' are not finite")

    def _learning_rate(self) -> float:
        return learning_rate(self.settings, self._limits.schedule_state(self.state))

    # Evaluation and saving

    def _evaluate(self) -> bool:
        """Evaluate on the validation split, generate an example, and save the best weights.

        Returns:
            Whether it was completed: a signal abandons an evaluation, which can take long, and stops the training.
        """
        state = self.state
        self._check_weights()
        train = self._summarise(state.totals)
        rate = self._learning_rate()
        status = self._status(train.get("loss", math.nan), rate)
        validation: dict[str, float] = {}
        with self.engine.averaged():
            if self.validation is not None:
                self.callbacks.test_begin()
                split, abandon = self.validation, self._reporting_evaluation(self.validation)
                validation = evaluate(self.engine, self.topology, self.model, split, self.callbacks, abandon)
                self.callbacks.test_end(validation)
                if not validation:
                    self._reason = StopReason.INTERRUPTED
                    return False
            metrics = validation or train
            monitor, loss = (metrics.get(name, math.nan) for name in (self.topology.monitor, "loss"))
            best = record_monitor(state, monitor, loss, self.topology.more_is_better, self.settings)
            if best:
                self.store.save_best(self.model)
            self.report.phase("writing a sample")
            evaluation = Evaluation(status, train, validation, best, self._example())
            evaluation = replace(evaluation, advice=self._advise(evaluation))
        self.callbacks.evaluated(validation)
        self.store.save_evaluation(evaluation)
        self._unreported.append(evaluation)
        state.totals, state.positions, state.filled_positions, state.evaluated = {}, 0, 0, state.step
        began = state.elapsed
        self._exchange()
        state.evaluation_seconds, state.evaluated_at = state.elapsed - began, state.elapsed
        self._throughput.reset()
        return True

    def _reporting_evaluation(self, split: Batches) -> Callable[[], bool]:
        """Return what is asked after each batch of an evaluation: it reports the progress, and says whether to stop."""
        done, total = 0, split.steps_per_epoch
        self.report.phase("evaluating", 0, total)

        def abandon() -> bool:
            nonlocal done
            done += 1
            now = time.perf_counter()
            if now - self._last_report > REPORT_INTERVAL:
                self._last_report = now
                self.report.phase("evaluating", done, total)
            return self._workers.abandon_evaluation()

        return abandon

    def _summarise(self, totals: Totals) -> dict[str, float]:
        return self.topology.summarise(totals, self.training) if totals else {}

    def _save(self) -> None:
        """Save a checkpoint and the present weights, then report the evaluation that led to them."""
        from zoo.training.carry import gather_carry

        self._check_weights()
        self.report.phase("saving")
        arrays = self.engine.gather() | gather_carry(self.engine.all_gather(self.carry))
        # The data's fingerprint shows a resume whether the positions in the state still mean the same examples.
        state = self.state.to_json() | {"data": self.training.fingerprint}
        self.store.save_checkpoint(arrays, state)
        self._saved_step = self.state.step
        with self.engine.averaged():
            self.store.save_last(self.model)
        # What was reported is saved: a report may fail, as on a terminal that was closed.
        while self._unreported:
            self.report.evaluation(self._unreported.pop(0))

    # Stopping

    def _stop_if(self, condition: bool, reason: StopReason) -> None:
        """Stop for a reason, unless there is one already."""
        if condition and self._reason is None:
            self._reason = reason

    def _check_limits(self) -> None:
        """Stop where a callback asks for it or a limit is reached."""
        self._stop_if(self._workers.stopped_by_callback, StopReason.CALLBACK)
        self._reason = self._reason or self._limits.reached(self.state)

    # Workers and status

    def _share_batches(self) -> None:
        """Let each of several workers read only the rows that it computes."""
        if self.engine.cluster.workers > 1:
            share_batches(self.training, self.engine.local_rows)
            if self.validation is not None:
                share_batches(self.validation, self.engine.local_rows)

    def _exchange(self) -> None:
        self.state.elapsed = self._workers.exchange(self.state.step, self._throughput.elapsed)

    def _status(self, loss: float, rate: float) -> TrainingStatus:
        state, progress = self.state, self._limits.progress(self.state)
        return TrainingStatus(
            step=state.step,
            steps=round(state.step / progress) if progress else 0,
            epoch=self._limits.epochs(state),
            loss=loss,
            learning_rate=rate,
            tokens_per_second=self._throughput.tokens_per_second,
            padding=1.0 - state.filled_positions / state.positions if state.positions else 0.0,
            waiting=self._throughput.waiting,
            elapsed=state.elapsed,
            remaining=self._limits.remaining(state, self._throughput.seconds_per_step),
        )


def step_key(seed: int, step: int) -> int:
    """Return the key of a step's random numbers: 62 bits, different from those of any other step or seed."""
    digest = hashlib.blake2b(f"{seed} {step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2
