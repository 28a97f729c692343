"""What settings dataclasses declare, and how they are described."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import entry_points

import pytest

from zoo.errors import UsageError
from zoo.plugins import Plugins
from zoo.settings import Settings, describe, part, resolve, setting
from zoo.settings.fields import walk


def settings_classes() -> list[type]:
    ours = [point.name for point in entry_points(group="zoo.tasks") if point.dist and point.dist.name == "seqzoo"]
    return [Settings, *(Plugins().load_task(name).Settings for name in ours)]


@pytest.mark.parametrize("cls", settings_classes(), ids=lambda cls: cls.__name__)
def test_every_setting_has_a_help_line_and_an_allowed_default(cls):
    for row in describe(cls):
        assert row.help and "\n" not in row.help, f"{row.name} has no help line"
        assert row.help[0].islower() or not row.help[0].isalpha(), f"{row.name}: help begins in lower case"
        assert not row.choices or row.default in row.choices
        word = ",".join(map(str, row.default)) if isinstance(row.default, list) else str(row.default)
        if row.name != "preset":
            resolve(cls, {}, [f"{row.name}={word}"], task="any")


COUNTERS = {"steps", "warmup", "evaluate_every", "save_every", "patience", "schedule_patience"}
"""Whole numbers of which any is as good as infinite, and takes no memory."""


def every_settings_class() -> list[type]:
    return [Settings, *(Plugins().load_task(point.name).Settings for point in entry_points(group="zoo.tasks"))]


@pytest.mark.parametrize("cls", every_settings_class(), ids=lambda cls: cls.__name__)
def test_every_number_has_bounds_that_mean_something(cls):
    for name, entry in walk(cls):
        kind = entry.item or entry.type
        if kind in (int, float) and name.rpartition(".")[2] not in COUNTERS:
            least, most = (entry.field.metadata[key] for key in ("minimum", "maximum"))
            assert least is not None and most is not None, f"{name} has no bounds"
            assert least >= 0 and most <= (1e12 if kind is float else 2**31 - 1), name
            with pytest.raises(UsageError, match=f"{re.escape(name)}.*expected"):
                resolve(cls, {}, [f"{name}={most * 2 + 1}"], task="any")


def test_a_learning_rate_that_no_one_means_is_refused_at_once():
    with pytest.raises(UsageError, match="train.learning_rate: expected a number from 0 to 1000"):
        resolve(Settings, {}, ["train.learning_rate=1e38"], task="any")


def test_description_names_type_default_help_and_choices():
    rows = {row.name: row for row in describe(Settings)}
    name, kind, default, text, choices = rows["train.optimizer"]
    assert (name, kind, default) == ("train.optimizer", "text", "adam")
    assert text and choices == ("adam", "adamw", "rmsprop", "sgd")
    assert rows["train.callbacks"].type == "list of text"
    assert rows["seed"].type == "whole number"


def test_two_objects_share_no_list():
    first, second = Settings(), Settings()
    first.train.callbacks.append("csv")
    assert second.train.callbacks == []


def test_part_takes_other_defaults_and_a_subclass():
    @dataclass
    class Wider(type(Settings().batch)):
        margin: int = setting(3, "rows to spare")

    rows = {row.name: row.default for row in describe(_with_batch(Wider, size=7))}
    assert rows["batch.size"] == 7
    assert rows["batch.margin"] == 3


def test_a_type_that_cannot_be_typed_as_a_word_is_refused():
    @dataclass
    class Wrong:
        size: int | None = setting(None, "a size")

    with pytest.raises(TypeError, match="size.*cannot be a setting"):
        describe(Wrong)


def _with_batch(cls: type, **defaults: int) -> type:
    from dataclasses import make_dataclass

    return make_dataclass("Mine", [("batch", cls, part(cls, **defaults))], bases=(Settings,))
