"""A sweep makes the same trials however often its processes are killed. Here training takes no time; see test_tune."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from optuna.trial import TrialState

from zoo.errors import UsageError, ZooError
from zoo.settings import Settings
from zoo.sweeps import sweep as sweep_module
from zoo.sweeps.definition import SweepDefinition, agree
from zoo.sweeps.locks import FileLock
from zoo.sweeps.pruning import HalvingPruner, ends_early, make_pruner
from zoo.sweeps.sampling import make_sampler
from zoo.sweeps.space import Space, parse_space
from zoo.sweeps.storage import JOURNAL, open_study
from zoo.sweeps.summary import describe_trials, importance, ranked, slices
from zoo.sweeps.sweep import MOST_ATTEMPTS, SweepWorker, best_trial
from zoo.sweeps.trial_training import TrialPlan, TrialResult
from zoo.training.finite import DivergedError

OVER = {
    "train.learning_rate": "1e-4..1e-1:log",
    "train.optimizer": "adam,sgd",
    "train.momentum": "0..0.9 if train.optimizer=sgd",
}


class KilledError(BaseException):
    """The process ends here, without another line of its code."""


def loss(values: Mapping[str, object]) -> float:
    rate = float(str(values["train.learning_rate"]))
    return abs(rate - 0.01) + (0.01 if values["train.optimizer"] == "sgd" else 0.0)


def worker(folder: Path, trials: int, space: Space, sampler: str = "tpe", said: list[str] | None = None) -> SweepWorker:
    folder.mkdir(exist_ok=True)
    study = open_study(folder, False, make_sampler(sampler, space, 3))
    plan = TrialPlan(folder, "charlm", (), 0, 1, "loss", make_pruner("none", 1), None)
    return SweepWorker(study, space, plan, trials, (said if said is not None else []).append)


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int, Mapping[str, object]], float]], None]:
    """A function that replaces the training of a trial by a function of its number and settings."""

    def replace(train: Callable[[int, Mapping[str, object]], float]) -> None:
        def train_trial(study, trial, plan, values):
            return TrialResult(value=train(trial.number, values), values=(0.0,), step=1)

        monkeypatch.setattr(sweep_module, "train_trial", train_trial)

    return replace


def table(folder: Path) -> list[tuple[int, TrialState, float | None, dict[str, object]]]:
    return [(each.number, each.state, each.value, each.params) for each in open_study(folder).trials]


def test_killed_anywhere_a_sweep_makes_the_trials_of_an_undisturbed_one(training, tmp_path: Path):
    space = parse_space(Settings, OVER)
    training(lambda number, values: loss(values))
    worker(tmp_path / "whole", 16, space).work()
    kills = [0, 3, 3, 11]
    done: list[int] = []

    def train(number: int, values: Mapping[str, object]) -> float:
        if number in kills:
            kills.remove(number)
            raise KilledError
        done.append(number)
        return loss(values)

    training(train)
    while True:
        try:
            worker(tmp_path / "killed", 16, space).work()
            break
        except KilledError:
            # The last thing that a killed process did may have been half a line.
            with (tmp_path / "killed" / JOURNAL).open("a") as journal:
                journal.write('{"op_code":')
    assert not kills and done == list(range(16))
    assert table(tmp_path / "killed") == table(tmp_path / "whole")
    assert len({json.dumps(params, sort_keys=True) for *_, params in table(tmp_path / "whole")}) == 16


def test_two_processes_share_the_trials(training, tmp_path: Path):
    space = parse_space(Settings, OVER)
    done: list[int] = []
    both = threading.Barrier(2, timeout=20)

    def train(number: int, values: Mapping[str, object]) -> float:
        if number < 2:
            both.wait()  # so that each of them gets a trial
        done.append(number)
        return loss(values)

    training(train)
    threads = [threading.Thread(target=worker(tmp_path, 10, space).work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(10))
    assert [state for _, state, *_ in table(tmp_path)] == [TrialState.COMPLETE] * 10


def test_a_trial_of_a_living_process_is_left_to_it(training, tmp_path: Path):
    space = parse_space(Settings, OVER)
    training(lambda number, values: loss(values))
    study = open_study(tmp_path, False, make_sampler("tpe", space, 3))
    study.ask()
    lock = FileLock(tmp_path / ".locks" / "trial-0000")
    lock.acquire()
    worker(tmp_path, 3, space).work()
    assert [state for _, state, *_ in table(tmp_path)] == [TrialState.RUNNING, *[TrialState.COMPLETE] * 2]
    lock.release()
    worker(tmp_path, 3, space).work()
    assert [state for _, state, *_ in table(tmp_path)] == [TrialState.COMPLETE] * 3


def test_trials_that_fail_or_diverge_do_not_end_the_sweep(training, tmp_path: Path):
    said: list[str] = []

    def train(number: int, values: Mapping[str, object]) -> float:
        if number == 0:
            raise ZooError("no memory for this")
        if number == 1:
            raise RuntimeError("a bug\nin two lines")
        if number == 2:
            raise DivergedError("step 3: the loss is nan")
        return loss(values)

    training(train)
    worker(tmp_path, 6, parse_space(Settings, OVER), said=said).work()
    found = describe_trials(open_study(tmp_path), tmp_path)
    assert [trial.state for trial in found] == ["failed", "failed", "diverged", "done", "done", "done"]
    assert [trial.error for trial in found[:3]] == [
        "no memory for this",
        "RuntimeError: a bug in two lines",
        "step 3: the loss is nan",
    ]
    assert "trial 2 diverged: step 3: the loss is nan" in said


def test_what_is_wrong_with_all_trials_ends_the_sweep(training, tmp_path: Path):
    def train(number: int, values: Mapping[str, object]) -> float:
        raise ZooError("no file book.txt")

    training(train)
    with pytest.raises(ZooError, match="the first 3 trials failed alike: no file book.txt"):
        worker(tmp_path, 6, parse_space(Settings, OVER)).work()


def test_a_trial_that_kills_its_process_again_and_again_is_given_up(training, tmp_path: Path):
    def train(number: int, values: Mapping[str, object]) -> float:
        if number == 1:
            raise KilledError
        return loss(values)

    training(train)
    kills = 0
    while True:
        try:
            worker(tmp_path, 3, parse_space(Settings, OVER)).work()
            break
        except KilledError:
            kills += 1
    assert kills == MOST_ATTEMPTS
    assert [state for _, state, *_ in table(tmp_path)] == [TrialState.COMPLETE, TrialState.FAIL, TrialState.COMPLETE]


def test_no_settings_are_trained_twice(training, tmp_path: Path):
    done: list[int] = []

    def train(number: int, values: Mapping[str, object]) -> float:
        done.append(int(str(values["batch.size"])))
        return float(done[-1])

    training(train)
    space = parse_space(Settings, {"batch.size": "1,2,3,4"})
    worker(tmp_path, 10, space, "random").work()
    assert sorted(done) == [1, 2, 3, 4]
    assert len(describe_trials(open_study(tmp_path), tmp_path)) == 4


def test_a_grid_has_every_combination_once(training, tmp_path: Path):
    training(lambda number, values: float(number))
    space = parse_space(Settings, {"batch.size": "1,2", "train.optimizer": "adam,sgd"})
    worker(tmp_path, 10, space, "grid").work()
    assert [tuple(params.values()) for *_, params in table(tmp_path)] == [
        (1, "adam"),
        (1, "sgd"),
        (2, "adam"),
        (2, "sgd"),
    ]
    with pytest.raises(UsageError, match="needs a list of values"):
        make_sampler("grid", parse_space(Settings, OVER), 0)


def test_what_matters_is_found(training, tmp_path: Path):
    training(lambda number, values: loss(values))
    worker(tmp_path, 12, parse_space(Settings, {name: OVER[name] for name in list(OVER)[:2]}), "random").work()
    study = open_study(tmp_path)
    weights = importance(study)
    assert list(weights) == ["train.learning_rate", "train.optimizer"] and weights["train.learning_rate"] > 0.7
    by_optimizer = [part for part in slices(study) if part.setting == "train.optimizer"]
    assert sum(part.trials for part in by_optimizer) == 12
    best = best_trial(study)
    assert best is not None and min(part.best for part in by_optimizer) == best.value
    rows = ranked(describe_trials(study, tmp_path), study)
    assert rows[0].is_best and [row.value for row in rows] == sorted(row.value or 0.0 for row in rows)


def reported(folder: Path, curves: list[list[float]]):
    study = open_study(folder, False)
    for curve in curves:
        trial = study.ask()
        for number, value in enumerate(curve, 1):
            trial.report(value, number)
    return study


def test_halving_keeps_the_best_third_at_each_rung(tmp_path: Path):
    study = reported(tmp_path, [[5.0, 5, 5], [4.0, 4, 9], [3.0, 3, 3], [2.0, 2, 8], [1.0, 1, 1], [0.0, 0, 7]])
    ended = [[ends_early(study, HalvingPruner(1), trial, number) for trial in study.trials] for number in (1, 2, 3)]
    assert ended[0] == [True, True, True, True, False, False]
    assert ended[1] == [False] * 6  # no rung
    assert ended[2] == [True, True, False, True, False, True]


def test_a_decision_depends_only_on_what_was_known_at_the_time(tmp_path: Path):
    """A trial that was killed after its third evaluation decides at the first one as it did then."""
    study = reported(tmp_path, [[1.0, 1, 1], [2.0, 0, 0]])
    assert ends_early(study, HalvingPruner(1), study.trials[1], 1)
    (tmp_path / "other").mkdir()
    study = reported(tmp_path / "other", [[1.0, 1, 1], [0.5, 9, 9]])
    assert not ends_early(study, HalvingPruner(1), study.trials[1], 1)


def test_a_folder_holds_one_sweep(tmp_path: Path):
    definition = SweepDefinition("charlm", ("data=a.txt",), {"model.units": "1,2"})
    agree(tmp_path, definition)
    agree(tmp_path, definition)
    with pytest.raises(UsageError, match="holds another sweep .settings was data=a.txt and is data=b.txt"):
        agree(tmp_path, SweepDefinition("charlm", ("data=b.txt",), {"model.units": "1,2"}))
    (tmp_path / "sweep.json").write_text("{")
    with pytest.raises(ZooError, match="is damaged"):
        agree(tmp_path, definition)
