"""Defaults that follow the data: what the user gave stays, and budgets keep their promises."""

from __future__ import annotations

from dataclasses import dataclass

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.runs.adaptation import wants_adaptation
from zoo.settings import AdaptiveDefaults, DataSettings, by_size, part, resolve, setting
from zoo.settings.adaptive import explain
from zoo.settings.resolve import explicit_settings


@dataclass
class OwnData(DataSettings):
    source: str = setting("own", "where from", shorthand=True)


@dataclass
class Example(zoo.Settings):
    data: OwnData = part(OwnData)


def defaults(*arguments: str) -> AdaptiveDefaults:
    settings = resolve(Example, {}, list(arguments), task="example")
    return AdaptiveDefaults(settings, explicit_settings(Example, list(arguments)))


def test_what_the_user_gave_stays_and_later_rules_see_it() -> None:
    found = defaults("data=mine.tsv", "batch.size=7")
    found.choose({"batch.size": 99, "batch.length": 12}, "few rows")
    assert (found.settings.batch.size, found.settings.batch.length) == (7, 12)
    assert [choice.key for choice in found.choices] == ["batch.length"]
    assert explain(found.choices) == ["batch.length=12 (few rows)"]
    assert found.resolved("example").batch.length == 12


def test_a_choice_is_checked_like_a_value_of_the_user() -> None:
    found = defaults("data=mine.tsv")
    found.choose({"batch.size": 0}, "a broken rule")
    with pytest.raises(zoo.UsageError, match=r"batch\.size: expected a whole number, at least 1"):
        found.resolved("example")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [((), False), (("data=own",), False), (("data=mine.tsv",), True), (("data=mine.tsv", "preset=small"), False)],
)
def test_defaults_follow_named_data_without_a_preset(arguments: tuple[str, ...], wanted: bool) -> None:
    settings = resolve(Example, {"small": {"seed": 3}}, list(arguments), task="example")
    assert wants_adaptation(settings) is wanted


def test_a_config_file_and_the_short_name_of_a_group_count_as_given(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("batch:\n  size: 5\n")
    assert explicit_settings(Example, [f"config={path}", "data=x.tsv"]) == {"batch.size", "data.source"}


@pytest.mark.parametrize("key", ["train.steps=50", "train.epochs=3"])
def test_an_exact_limit_is_the_only_one(key: str) -> None:
    found = defaults("data=mine.tsv", key)
    found.choose_budget(20, 100, 5, "rows")
    train = found.settings.train
    assert (train.steps, train.epochs, train.minutes, train.patience) == (
        50 if "steps" in key else 0,
        3 if "epochs" in key else 0,
        0,
        0,
    )


def test_minutes_are_a_cap_beside_the_epochs_of_the_data() -> None:
    found = defaults("data=mine.tsv", "train.minutes=4")
    found.choose_budget(20, 100, 5, "rows")
    train = found.settings.train
    assert (train.minutes, train.epochs, train.steps) == (4, 20, 0) and train.patience > 0


@hypothesis.settings(deadline=None)
@given(
    epochs=st.integers(1, 100),
    steps_per_epoch=st.floats(0.5, 1e5),
    validation=st.floats(0, 1e4),
    minutes=st.booleans(),
)
def test_evaluations_cost_a_tenth_at_most(
    epochs: int, steps_per_epoch: float, validation: float, minutes: bool
) -> None:
    found = defaults("data=mine.tsv", *(["train.minutes=5"] if minutes else []))
    found.choose_budget(epochs, steps_per_epoch, validation, "rows")
    train = found.settings.train
    # A forward pass is a third of a step's work. Within minutes, the clock says when to evaluate.
    assert minutes or validation / 3 <= 0.1 * train.evaluate_every * 1.0001
    assert train.epochs == epochs and bool(train.evaluate_every) is not minutes
    assert bool(train.patience) is (validation > 0)
    assert train.warmup <= max(1, 0.1 * epochs * steps_per_epoch + 1)


@hypothesis.settings(deadline=None)
@given(size=st.floats(0, 1e9))
def test_a_table_has_a_row_for_every_size(size: float) -> None:
    table = ((10, "few"), (1000, "some"), (float("inf"), "many"))
    assert by_size(size, table) == ("few" if size <= 10 else "some" if size <= 1000 else "many")
