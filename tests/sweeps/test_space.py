"""What can be searched over, and how it is written."""

from __future__ import annotations

import pytest

from zoo.errors import UsageError
from zoo.settings import Settings
from zoo.sweeps.definition import from_python, read_arguments
from zoo.sweeps.space import parse_space


def only(text: str, key: str = "train.learning_rate"):
    (dimension,) = parse_space(Settings, {key: text}).dimensions
    return dimension


def test_choices_have_the_type_of_the_setting():
    assert only("16,32, 64", "batch.size").choices == (16, 32, 64)
    assert only("sgd,adam", "train.optimizer").choices == ("sgd", "adam")
    assert only("yes,no", "search.copy_unknown").choices == (True, False)
    assert only("0.1,1e-3").choices == (0.1, 0.001)


def test_ranges_include_both_ends():
    rate, size = only("1e-3..1e-2:log"), only("16..64:step=16", "batch.size")
    assert (rate.low, rate.high, rate.log, rate.step, rate.whole) == (1e-3, 1e-2, True, None, False)
    assert (size.low, size.high, size.log, size.step, size.whole) == (16, 64, False, 16, True)
    distribution = size.distribution()
    assert [distribution._contains(value) for value in (16, 64, 65)] == [True, True, False]


def test_a_setting_may_depend_on_another_one_whatever_the_order():
    space = parse_space(
        Settings, {"train.momentum": "0..0.9 if train.optimizer=sgd,rmsprop", "train.optimizer": "sgd,rmsprop,adam"}
    )
    first, second = space.dimensions
    assert (first.key, second.key) == ("train.optimizer", "train.momentum")
    searched = [second.is_searched({"train.optimizer": name}) for name in ("sgd", "rmsprop", "adam")]
    assert searched == [True, True, False]
    assert space.size() is None
    assert parse_space(Settings, {"train.optimizer": "sgd,adam", "batch.size": "1,2,3"}).size() == 6


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({}, "nothing to search over"),
        ({"train.learnig_rate": "1,2"}, "did you mean 'train.learning_rate'"),
        ({"batch.size": "16,many"}, "batch.size: expected a whole number"),
        ({"batch.size": "0..64"}, "batch.size: expected a whole number"),
        ({"train.learning_rate": "1..0.1"}, "the first number must be the smaller one"),
        ({"train.learning_rate": "0..1:log"}, "begins above 0"),
        ({"train.learning_rate": "0..1:linear"}, "expected :log or :step=NUMBER"),
        ({"train.learning_rate": "0..1:step=x"}, "expected a number after step="),
        ({"batch.size": "1..9:step=0.5"}, "no step of this setting"),
        ({"train.optimizer": "adam,adam"}, "given twice"),
        ({"train.momentum": "0..1 if train.optimizer"}, "expected a condition"),
        ({"train.momentum": "0..1 if train.optimizer=sgd"}, "train.optimizer is not searched over"),
        ({"train.momentum": "0..1 if train.clip=1", "train.clip": "1,2 if train.momentum=1"}, "depends on itself"),
        ({"seed": "1,2"}, "seeds=3"),
        ({"device.threads": "1,2"}, "is the same in all trials"),
        ({"train.freeze": "a,b"}, "a list cannot be searched over"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_line(over: dict[str, str], message: str):
    with pytest.raises(UsageError) as error:
        parse_space(Settings, over)
    assert message in str(error.value)


def test_a_sweep_in_a_file_is_the_one_on_the_command_line(tmp_path):
    file = tmp_path / "sweep.yaml"
    file.write_text(
        "task: charlm\ndata: book.txt\ntrials: 7\nover:\n  model:\n    units: [64, 128]\n"
        "  train.learning_rate: 1e-3..1e-2:log\ntrain: {steps: 5}\n"
    )
    words = ["task=charlm", "data=book.txt", "over.model.units=64,128", "over.train.learning_rate=1e-3..1e-2:log"]
    typed, options = read_arguments([*words, "train.steps=5", "trials=7"])
    assert read_arguments([f"config={file}"]) == (typed, options)
    assert read_arguments([f"config={file}", "trials=9"])[1].trials == 9
    over = {"model.units": [64, 128], "train.learning_rate": "1e-3..1e-2:log"}
    assert from_python("charlm", over, options, {"data": "book.txt", "train": {"steps": 5}}) == typed
