"""Checkpoints are whole, or they are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.errors import ZooError
from zoo.training.checkpoint import load_checkpoint, save_checkpoint

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array(7, np.int64), "c": np.zeros((0, 4))}


def test_round_trip_keeps_every_bit_and_the_state(tmp_path: Path):
    save_checkpoint(tmp_path / "x", ARRAYS, {"step": 3, "loss": 0.1})
    arrays, state = load_checkpoint(tmp_path / "x")
    assert state == {"step": 3, "loss": 0.1}
    assert arrays.keys() == ARRAYS.keys()
    for name, value in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape) == (value.dtype, value.shape)
        assert arrays[name].tobytes() == value.tobytes()


@tried(60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int):
    path = tmp_path_factory.mktemp("flip") / "x"
    save_checkpoint(path, ARRAYS, {"step": 3})
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    try:
        arrays, state = load_checkpoint(path)
    except ZooError as error:
        assert str(path) in str(error)
    else:
        # A flip in white space that pads the header changes nothing.
        assert state == {"step": 3}
        assert all(arrays[name].tobytes() == value.tobytes() for name, value in ARRAYS.items())


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 60, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_named(tmp_path: Path, kept: float):
    path = tmp_path / "x"
    save_checkpoint(path, ARRAYS, {})
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    with pytest.raises(ZooError, match="damaged"):
        load_checkpoint(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ZooError, match="missing"):
        load_checkpoint(tmp_path / "none")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "x"
    save_checkpoint(path, ARRAYS, {"step": 1})
    with pytest.raises(TypeError):
        save_checkpoint(path, ARRAYS, {"step": object()})
    assert load_checkpoint(path)[1] == {"step": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
