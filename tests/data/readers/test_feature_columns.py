"""Features are told apart by their names: whatever order, case and white space a file has them in."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import VectorCodec
from zoo.data import read_features, read_sequence
from zoo.errors import ZooError

NAMES = st.lists(
    st.text("abcdefghij XYZ", min_size=1, max_size=6).filter(lambda name: name.strip() and name.strip() != "label"),
    min_size=1,
    max_size=5,
    unique_by=lambda name: " ".join(name.split()).casefold(),
)


def write(
    path: Path, columns: list[str], rows: np.ndarray, labels: list[str] | None = None, between: str = ","
) -> Path:
    names = [*columns, "label"] if labels else columns
    lines = [between.join(names)]
    for number, row in enumerate(rows):
        cells = [f"{value:g}" for value in row] + ([labels[number]] if labels else [])
        lines.append(between.join(cells))
    path.write_text("\n".join(lines))
    return path


@tried(25)
@given(names=NAMES, seed=st.integers(0, 99), between=st.sampled_from(",;\t"))
def test_any_order_case_and_spaces_give_the_same_vectors(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], seed: int, between: str
) -> None:
    folder = tmp_path_factory.mktemp("features")
    draw = random.Random(seed)
    numbers = np.random.default_rng(seed).normal(size=(4, 3, len(names))).astype("f4").round(3)
    order = list(range(len(names)))
    for recording, values in enumerate(numbers):
        shuffled = draw.sample(order, len(order))
        spelt = [draw.choice([names[place], names[place].upper(), f"  {names[place]} "]) for place in shuffled]
        write(folder / f"{recording}.csv", spelt, values[:, shuffled], ["a", "b", "a"], between)
    splits = read_features(folder, validation=0, test=0)
    codec = VectorCodec()
    codec.fit(example["source"] for example in splits.train)
    encoded = [codec.encode(example["source"]) for example in splits.train]
    place = {" ".join(name.split()).casefold(): number for number, name in enumerate(names)}
    first = [place[" ".join(name.split()).casefold()] for name in codec.columns]
    mean, deviation = numbers.mean((0, 1), dtype="f8")[first], numbers.std((0, 1), dtype="f8")[first]
    for recording, array in enumerate(encoded):
        wanted = (numbers[recording][:, first] - mean) / np.where(deviation > 1e-8, deviation, 1)
        np.testing.assert_allclose(array, wanted, atol=1e-3)
    # To be answered: without labels, in another order again; and by position where there are no names.
    shuffled = draw.sample(order, len(order))
    path = write(folder / "new.csv", [names[one] for one in shuffled], numbers[0][:, shuffled], None, between)
    np.testing.assert_allclose(codec.encode(read_sequence(path)), encoded[0], atol=1e-5)
    (folder / "kept").mkdir()
    codec.save(folder / "kept")
    restored = VectorCodec()
    restored.restore(folder / "kept")
    np.testing.assert_array_equal(restored.encode(read_sequence(path)), codec.encode(read_sequence(path)))


@pytest.fixture
def codec(tmp_path: Path) -> VectorCodec:
    rows = np.array([[0, 1], [2, 5.0]])
    write(tmp_path / "train.csv", ["x", "y"], rows, ["a", "b"])
    fitted = VectorCodec()
    fitted.fit(example["source"] for example in read_features(tmp_path, validation=0, test=0).train)
    return fitted


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\n1,2\n", "column 'x' is missing; known: a, b"),
        ("x\n1\n", "column 'y' is missing"),
        ("x,y,z\n1,2,3\n", "column 'z' was not in the training data, which has x, y"),
        ("x,yy\n1,2\n", "column 'y' is missing; did you mean 'yy'"),
        ("x,Y,y \n1,2,3\n", "two columns have the name"),
    ],
)
def test_missing_and_new_columns_are_named(codec: VectorCodec, tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "new.csv").write_text(content)
    with pytest.raises(ZooError, match=problem):
        codec.encode(read_sequence(tmp_path / "new.csv"))


def test_other_columns_in_training_name_the_file(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", ["x", "y"], np.ones((2, 2)), ["a", "b"])
    write(tmp_path / "2.csv", ["x", "z"], np.ones((2, 2)), ["a", "b"])
    with pytest.raises(ZooError, match=r"2.csv: column 'y' is missing"):
        read_features(tmp_path)
    splits = read_features(tmp_path, on_error="skip")
    assert len(splits.train) == 1 and "2.csv: column 'y'" in splits.notes[-1]


def test_files_without_names_lose_no_frame(codec: VectorCodec, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("0,1\n2,5\n")
    assert codec.encode(read_sequence(tmp_path / "new.csv")).shape == (2, 2)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.csv").write_text("0.5,1,rest\n2,5,step\n")
    (example,) = read_features(tmp_path / "own").train
    assert example["source"].tolist() == [[0.5, 1], [2, 5]] and example["target"] == ["rest", "step"]


def test_a_column_without_a_name_that_counts_rows_is_no_feature(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",x,label\n0,5,a\n1,6,b\n")
    (tmp_path / "b.csv").write_text(",x,label\n7,5,a\n8,6,b\n9,5,b\n")
    splits = read_features(tmp_path, validation=0, test=0)
    assert [example["source"].shape for example in splits.train] == [(2, 1), (3, 1)]
    assert "a.csv: left out the unnamed column 'Unnamed: 0', which contains row numbers" in splits.notes[0]


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("forward", [[0.5, 1], [0.5, 2], [1.5, 2]]),
        ("mean", [[0.5, 1], [1, 2], [1.5, 1.5]]),
        ("zero", [[0.5, 1], [0, 2], [1.5, 0]]),
        ("drop", [[0.5, 1]]),
    ],
)
def test_missing_numbers_and_decimal_commas(tmp_path: Path, how: str, wanted: list[list[float]]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x;y;label\n0,5;1;a\nNaN;2;b\n1,5;;a\n")
    with pytest.raises(ZooError, match=r"a.csv: line 3: x is 'NaN'.*data.missing=forward"):
        read_features(path)
    splits = read_features(path, missing=how)
    assert splits.train[0]["source"].tolist() == wanted
    assert splits.notes == (f"a.csv: 2 missing numbers (data.missing={how})",)
    assert len(read_sequence(path, missing=how)) == 3, "every row is answered"


def test_one_long_file_with_a_column_of_sequences(tmp_path: Path) -> None:
    rows = "".join(f"r{number % 6},{number},{'ab'[number % 2]}\n" for number in range(60))
    (tmp_path / "all.csv").write_text("who,x,label\n" + rows)
    splits = read_features(tmp_path / "all.csv", sequence="who")
    assert [len(part) for _, part in splits.items()] == [4, 1, 1]
    for _, part in splits.items():
        for example in part:
            assert example["source"].shape == (10, 1)
            assert len({value % 6 for value in example["source"][:, 0].tolist()}) == 1
    with pytest.raises(ZooError, match=r"no column 'whom' of sequence names; did you mean 'who'"):
        read_features(tmp_path / "all.csv", sequence="whom")


def test_labels_that_are_objects(tmp_path: Path) -> None:
    labels = np.array(["a", 1.0, True], object)
    np.savez(tmp_path / "a.npz", features=np.ones((3, 2)), labels=labels, columns=["x", "y"])
    (example,) = read_features(tmp_path / "a.npz").train
    assert example["target"] == ["a", "1", "true"] and example["source"].columns == ("x", "y")


def test_an_archive_runs_no_code(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
            return Path.touch, (tmp_path / "evil",)

    np.savez(tmp_path / "a.npz", features=np.ones((1, 2)), labels=np.array([Evil()], object))
    with pytest.raises(ZooError, match=r"a.npz: contains Python objects"):
        read_features(tmp_path / "a.npz")
    assert not (tmp_path / "evil").exists()
