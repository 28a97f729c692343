"""One process of a sweep: takes trials, new or left behind by a killed process, and trains one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from zoo.errors import ZooError, one_line
from zoo.sweeps.locks import FileLock
from zoo.sweeps.space import Space, Value
from zoo.sweeps.trial_training import TrialPlan, TrialResult, checkpoint_step, train_trial
from zoo.sweeps.trial_watch import SweepPausedError
from zoo.training.finite import DivergedError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ATTEMPTS = 5
"""Times that a trial is begun, or resumed without having come further, before it counts as failed."""
SAME_AS, ERROR, DIVERGED = "same_as", "error", "diverged"
ATTEMPTS, REACHED = "attempts", "reached"
FIRST_FAILURES = 3
"""Trials that fail alike, one after the other and before any succeeds, until the sweep gives up."""
REPEATS = 5
"""So many times more trials are drawn than asked for, where the sampler keeps drawing the same ones."""


@dataclass
class HeldTrial:
    """A trial that this process holds.

    Attributes:
        trial: of the study.
        values: its settings.
        lock: of the trial.
        resumed: whether another process had begun it.
    """

    trial: Trial
    values: dict[str, Value]
    lock: FileLock
    resumed: bool


class SweepWorker:
    """Trains trials until there are enough, or the time is over.

    Args:
        study: of the sweep.
        space: to search.
        plan: what all trials share.
        trials: how many there are to be, those of other processes included.
        report: receives a line for each thing that happens.
    """

    def __init__(
        self, study: optuna.Study, space: Space, plan: TrialPlan, trials: int, report: Callable[[str], None]
    ) -> None:
        self._study, self._space, self._plan, self._trials, self._report = study, space, plan, trials, report
        self._turn = FileLock(plan.folder / ".locks" / "turn")
        self._failures: list[str] = []

    def work(self) -> int:
        """Take trials and train them.

        Returns:
            Number of the signal that interrupted it, or 0.

        Raises:
            ZooError: the first trials all failed, or the sweep's folder cannot be written to.
            KeyboardInterrupt: Ctrl-C.
        """
        for held in self._taken():
            try:
                signal = self._train(held)
            except SweepPausedError:
                self._report(f"trial {held.trial.number} is saved; the time is over, and the same command goes on")
                return 0
            finally:
                held.lock.release()
            if signal:
                return signal
            if self._is_over():
                break
        return 0

    def _is_over(self) -> bool:
        return self._plan.deadline is not None and time.monotonic() > self._plan.deadline

    def _taken(self) -> Iterator[HeldTrial]:
        while not self._is_over():
            with self._turn.held():
                held = self._left_behind() or self._new()
            if held is None:
                return
            yield held

    def _left_behind(self) -> HeldTrial | None:
        """Take a trial whose process has ended before it did."""
        for frozen in self._study.get_trials(deepcopy=False):
            if frozen.state.is_finished():
                continue
            lock = self._lock(frozen.number)
            if not lock.acquire(wait=False):
                continue
            trial = Trial(self._study, frozen._trial_id)
            held = HeldTrial(trial, self._space.suggest(trial), lock, resumed=True)
            if self._finished_as_repeated(held) or self._gave_up(held):
                lock.release()
                continue
            return held
        return None

    def _new(self) -> HeldTrial | None:
        """Begin a trial; one that repeats another gets its value, and does not count."""
        while True:
            trials = self._study.get_trials(deepcopy=False)
            different = sum(SAME_AS not in each.user_attrs for each in trials)
            size = self._space.size()
            if different >= min(self._trials, size or self._trials) or len(trials) >= REPEATS * self._trials:
                return None
            trial = self._study.ask()
            lock = self._lock(trial.number)
            lock.acquire()
            held = HeldTrial(trial, self._space.suggest(trial), lock, resumed=False)
            trial.set_user_attr(ATTEMPTS, 1)
            if not self._finished_as_repeated(held):
                return held
            lock.release()

    def _lock(self, number: int) -> FileLock:
        return FileLock(self._plan.folder / ".locks" / f"trial-{number:04d}")

    def _finished_as_repeated(self, held: HeldTrial) -> bool:
        """Finish a trial that has the settings of an earlier one, whose runs it would only repeat."""
        for other in self._study.get_trials(deepcopy=False)[: held.trial.number]:
            if other.params != held.values or SAME_AS in other.user_attrs:
                continue
            held.trial.set_user_attr(SAME_AS, other.number)
            if other.state == TrialState.COMPLETE:
                self._study.tell(held.trial.number, other.value)
            else:  # pruned or failed, or still in training: nothing to learn from it twice
                self._study.tell(held.trial.number, state=TrialState.FAIL)
            return True
        return False

    def _gave_up(self, held: HeldTrial) -> bool:
        """Count the attempts at a trial, and give up one that has killed several processes at the same place."""
        reached = [checkpoint_step(folder) for folder in self._plan.run_folders(held.trial.number)]
        attrs = held.trial.user_attrs
        attempts = 1 + (int(attrs.get(ATTEMPTS, 0)) if attrs.get(REACHED, [0] * len(reached)) == reached else 0)
        if attempts > MOST_ATTEMPTS:
            message = f"its process was killed {MOST_ATTEMPTS} times at the same place"
            self._fail(held, message, f"trial {held.trial.number} failed: {message}")
            return True
        held.trial.set_user_attr(REACHED, reached)
        held.trial.set_user_attr(ATTEMPTS, attempts)
        return False

    def _train(self, held: HeldTrial) -> int:
        """Train a trial and record its end; returns the signal that interrupted it, or 0."""
        number = held.trial.number
        words = " ".join(f"{key}={shown(value)}" for key, value in held.values.items())
        self._report(f"trial {number} {'goes on' if held.resumed else 'begins'}: {words}")
        try:
            result = train_trial(self._study, held.trial, self._plan, held.values)
        except SweepPausedError:
            raise
        except DivergedError as error:
            # Optuna's samplers learn from pruned trials, to stay away, but not from failed ones.
            self._end(held, TrialState.PRUNED, {DIVERGED: True, ERROR: str(error)})
            self._report(f"trial {number} diverged: {error}")
            return 0
        except Exception as error:
            message = one_line(str(error) if isinstance(error, ZooError) else f"{type(error).__name__}: {error}")
            self._fail(held, message, f"trial {number} failed: {message}")
            self._failures.append(message)
            self._check_first_failures()
            return 0
        if result.interrupted:
            return result.interrupted
        self._record(held, result)
        return 0

    def _record(self, held: HeldTrial, result: TrialResult) -> None:
        number, monitor = held.trial.number, self._plan.monitor
        attrs: dict[str, object] = {"step": result.step, "seconds": round(result.seconds, 3), "values": result.values}
        if result.value is None:
            self._end(held, TrialState.PRUNED, attrs)
            last = f", {monitor} {result.values[-1]:.4f}" if result.values else ""
            self._report(f"trial {number} was ended early at step {result.step:,}{last}")
            return
        before = self._best()
        self._end(held, TrialState.COMPLETE, attrs, result.value)
        best = self._best()
        is_best = before is None or (best is not None and best.number != before.number)
        self._report(f"trial {number} is done: {monitor} {result.value:.4f}" + (", the best so far" if is_best else ""))

    def _fail(self, held: HeldTrial, message: str, line: str) -> None:
        self._end(held, TrialState.FAIL, {ERROR: message})
        self._report(line)

    def _end(self, held: HeldTrial, state: TrialState, attrs: dict[str, object], value: float | None = None) -> None:
        for key, attr in attrs.items():
            held.trial.set_user_attr(key, attr)
        self._study.tell(held.trial.number, value, state)

    def _best(self) -> FrozenTrial | None:
        return best_trial(self._study)

    def _check_first_failures(self) -> None:
        """Give up where nothing has ever worked: the mistake is in what all trials share."""
        finished = [each.state for each in self._study.get_trials(deepcopy=False) if each.state.is_finished()]
        if any(state != TrialState.FAIL for state in finished) or len(self._failures) < FIRST_FAILURES:
            return
        if len(set(self._failures)) == 1:
            raise ZooError(f"the first {len(self._failures)} trials failed alike: {self._failures[0]}")


def best_trial(study: optuna.Study) -> FrozenTrial | None:
    """Return the best complete trial, the earliest of equals; None if none is complete."""
    complete = [
        each
        for each in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if SAME_AS not in each.user_attrs
    ]
    sign = -1.0 if study.direction == optuna.study.StudyDirection.MAXIMIZE else 1.0
    return min(complete, key=lambda each: (sign * (each.value or 0.0), each.number), default=None)


def shown(value: Value) -> str:
    """Write a value of a setting for people."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
