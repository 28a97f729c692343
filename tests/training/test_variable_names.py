"""Arrays are stored by the paths of variables, whatever Keras numbered, however many there are, in whatever order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from tests.settings_by_part import SettingsByPart
from zoo.errors import ZooError
from zoo.runs.weights import load_weights, save_weights
from zoo.training.checkpoint import load_checkpoint, save_checkpoint
from zoo.training.variable_names import optimizer_names, variable_names

PARTS = st.sampled_from(["lstm", "lstm_1", "lstm_7", "lstm_12", "block_3_1", "block_3_2", "kernel", "bias", "a", "a_2"])
PATHS = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), min_size=1, max_size=12)


def named(*paths: str) -> list[str]:
    return variable_names([SimpleNamespace(path=path) for path in paths])  # type: ignore[misc]


def test_numbers_that_keras_counted_through_the_process_start_again():
    assert named("d/lstm_9/k", "d/lstm_9/b", "d/lstm_11/k", "d/dense_3/k") == [
        "d/lstm/k",
        "d/lstm/b",
        "d/lstm_1/k",
        "d/dense/k",
    ]
    # Named by a person: the order of the numbers, not that of the variables, decides.
    assert named("block_2/k", "block_1/k") == ["block_1/k", "block/k"]
    assert named("conv2_block3_1_conv/k", "x_1_2/k") == ["conv2_block3_1_conv/k", "x_1_2/k"]
    assert named("dense/k", "dense/b", "dense/k") == ["dense/k", "dense/b", "dense/k#2"]


@tried(60)
@given(PATHS)
def test_names_are_unique_and_do_not_change_when_they_are_names_themselves(paths: list[str]):
    names = named(*paths)
    assert len(set(names)) == len(names) == len(paths)
    if len(set(paths)) == len(paths):
        assert named(*names) == names


@tried(60)
@given(PATHS, st.integers(1, 1000))
def test_a_process_that_has_counted_further_gives_the_same_names(paths: list[str], more: int):
    def later(part: str) -> str:
        base, _, number = part.rpartition("_")
        return f"{base}_{int(number) + more}" if base and number.isdigit() and "_" not in base else part

    moved = ["/".join(map(later, path.split("/"))) for path in paths]
    assert named(*moved) == named(*paths)


def many(first: int) -> SimpleNamespace:
    """Make what stands for a model with 1,002 variables of one shape, numbered by Keras from `first` on."""
    names = [f"kernel_{first + index}" if first + index else "kernel" for index in range(1002)]
    return SimpleNamespace(variables=[keras.Variable(np.zeros(1, "float32"), name=name) for name in names])


def values(model: SimpleNamespace) -> list[float]:
    return [float(np.asarray(variable)[0]) for variable in model.variables]


@pytest.fixture(scope="module")
def trained() -> SimpleNamespace:
    made = many(0)
    for index, variable in enumerate(made.variables):
        variable.assign(np.full(1, index, "float32"))
    return made


def test_more_than_a_thousand_variables_are_loaded_as_they_were(trained: SimpleNamespace, tmp_path: Path):
    save_weights(tmp_path / "weights", trained)
    arrays, _ = load_checkpoint(tmp_path / "weights")
    # The order in a file says nothing.
    shuffled = sorted(arrays, key=lambda name: name[::-1])
    save_checkpoint(tmp_path / "weights", {name: arrays[name] for name in shuffled}, {})
    other = many(17)
    load_weights(tmp_path / "weights", other)
    assert values(other) == list(range(1002))


def test_a_file_of_an_older_version_is_read_by_its_numbers(trained: SimpleNamespace, tmp_path: Path):
    numbered = {f"{index:03d}/{each.path}": np.asarray(each) for index, each in enumerate(trained.variables)}
    save_checkpoint(tmp_path / "weights", numbered, {})
    other = many(17)
    load_weights(tmp_path / "weights", other)
    assert values(other) == list(range(1002))
    del numbered[f"{1000:03d}/kernel_1000"]
    save_checkpoint(tmp_path / "weights", numbered, {})
    with pytest.raises(ZooError, match=r"weights has 1001 arrays, the model 1002; it belongs to another model$"):
        load_weights(tmp_path / "weights", other)


def model(layers: int) -> keras.Sequential:
    return keras.Sequential([keras.Input((1,)), *(keras.layers.Dense(1) for _ in range(layers))], name="m")


NAME = "m/dense/kernel"


@pytest.mark.parametrize(
    ("renamed", "message"),
    [
        ("", r"weights has no array 'm/dense/kernel' \(1, 1\); it belongs to another model$"),
        ("m/x", r"has no array 'm/dense/kernel' \(1, 1\), but 'm/x' \(1, 1\); it belongs to another model$"),
    ],
)
def test_a_name_that_is_missing_is_one_clear_line(renamed: str, message: str, tmp_path: Path):
    save_weights(tmp_path / "weights", model(2))
    arrays, _ = load_checkpoint(tmp_path / "weights")
    found = arrays.pop(NAME)
    save_checkpoint(tmp_path / "weights", arrays | ({renamed: found} if renamed else {}), {})
    with pytest.raises(ZooError, match=message):
        load_weights(tmp_path / "weights", model(2))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("m/y", np.zeros(1), "has an array 'm/y' that the model lacks; it belongs to another model$"),
        (
            NAME,
            np.zeros((2, 1)),
            r"'m/dense/kernel' is \(2, 1\), but the model's is \(1, 1\); it belongs to another model$",
        ),
        (NAME, np.full((1, 1), np.nan), "'m/dense/kernel' has values that are not finite: the training diverged"),
        (NAME, np.full((1, 1), -np.inf), "'m/dense/kernel' has values that are not finite: the training diverged"),
    ],
)
def test_an_array_that_does_not_fit_is_one_clear_line(name: str, value: np.ndarray, message: str, tmp_path: Path):
    save_weights(tmp_path / "weights", model(2))
    arrays, _ = load_checkpoint(tmp_path / "weights")
    save_checkpoint(tmp_path / "weights", arrays | {name: value.astype("float32")}, {})
    with pytest.raises(ZooError, match=message):
        load_weights(tmp_path / "weights", model(2))


def test_optimizer_variables_are_named_by_their_weights():
    made = model(2)
    optimizer = keras.optimizers.Adam()
    optimizer.build(made.trainable_variables)
    weights = dict(zip(variable_names(made.variables), made.variables, strict=True))
    names = optimizer_names(optimizer, weights)
    assert names[:2] == ["iteration", "learning_rate"]
    assert sorted(names[2:]) == sorted(f"{name}/{slot}" for name in weights for slot in ("momentum", "velocity"))


def test_a_checkpoint_of_an_older_version_resumes_bit_for_bit(rhyme: Path, tiny: SettingsByPart, tmp_path: Path):
    import shutil

    import zoo

    tiny["train"] |= {"average": 0.5, "optimizer": "adamw", "schedule": "constant"}
    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "new"), **tiny)
    shutil.copytree(tmp_path / "new", tmp_path / "old")
    weights = dict(zip(variable_names(run.model.variables), run.model.variables, strict=True))
    slots = optimizer_names(run.model.optimizer, weights)
    arrays, state = load_checkpoint(run.folder.checkpoint)
    carry = sorted(name.removeprefix("carry/") for name in arrays if name.startswith("carry/"))
    groups = {"model": list(weights), "optimizer": slots, "carry": carry}
    groups["average"] = [name for name, variable in weights.items() if variable.trainable]
    numbered = {
        f"{group}/{index:03d}": arrays[f"{group}/{name}"]
        for group, names in groups.items()
        for index, name in enumerate(names)
    }
    assert len(numbered) == len(arrays)
    old = {"seen": state.pop("positions"), "held": state.pop("filled_positions")}
    state = {name: value for name, value in state.items() if name not in ("best_loss", "epoch_totals")}
    save_checkpoint(tmp_path / "old" / "checkpoint.safetensors", numbered, {**state, **old})
    found = []
    for name in ("new", "old"):
        zoo.load(tmp_path / name).resume(train={"steps": 6})
        found.append(load_checkpoint(tmp_path / name / "checkpoint.safetensors")[0])
    assert found[0].keys() == found[1].keys() == arrays.keys()
    assert all(found[0][name].tobytes() == found[1][name].tobytes() for name in arrays)


def test_a_checkpoint_of_another_optimizer_is_one_clear_line(rhyme: Path, tiny: SettingsByPart, tmp_path: Path):
    import zoo

    run = zoo.run("charlm", data=str(rhyme), out=str(tmp_path / "run"), **tiny)
    for other in ("rmsprop", "sgd"):
        with pytest.raises(
            ZooError, match=rf"^train.optimizer={other}: the run was trained with adam.*; start a new run$"
        ):
            zoo.load(run.folder.path).resume(train={"steps": 6, "optimizer": other})
