"""Pieces of long sequences: they hold every frame, whether the sequence is kept in memory or read anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.codecs import ClipCodec, LabelCodec, VectorCodec
from zoo.codecs.codec import RawExample
from zoo.data.batching.pieces import Pieces
from zoo.errors import ZooError

LABELS = LabelCodec(["a", "b"])


def clips(lengths: list[int]) -> list[RawExample]:
    draw = np.random.default_rng(0)
    return [
        {
            "source": draw.integers(0, 255, (length, 3, 2, 1), np.uint8),
            "target": ["ab"[place] for place in draw.integers(0, 2, length)],
        }
        for length in lengths
    ]


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    length=st.integers(0, 15),
    memory=st.sampled_from([0, 100, 10**6]),
)
def test_every_frame_is_in_one_piece(lengths: list[int], length: int, memory: int) -> None:
    examples = clips(lengths)
    pieces = Pieces(examples, ClipCodec(3, 2, 1), LABELS.encode, length, memory)
    for name, whole in (
        ("source", np.concatenate([example["source"] for example in examples])),
        ("target", np.concatenate([LABELS.encode(example["target"]) for example in examples])),
    ):
        np.testing.assert_array_equal(np.concatenate([piece[name] for piece in pieces]), whole)
    sizes = [len(piece["source"]) for piece in pieces]
    assert not length or max(sizes) <= length
    if len(lengths) == 1:
        assert max(sizes) - min(sizes) <= 1


@given(start=st.integers(0, 2**31), memory=st.sampled_from([0, 10**6]))
def test_a_shifted_piece_is_as_long_and_from_the_same_sequence(start: int, memory: int) -> None:
    examples = clips([23, 5])
    pieces = Pieces(examples, ClipCodec(3, 2, 1), LABELS.encode, 10, memory)
    for index in range(len(pieces)):
        shifted = pieces.shifted(index, np.random.default_rng(start))
        assert len(shifted["source"]) == len(shifted["target"]) == len(pieces[index]["source"])
        example = examples[0 if index < 3 else 1]
        matches = [
            place
            for place in range(len(example["source"]))
            if np.array_equal(example["source"][place : place + len(shifted["source"])], shifted["source"])
        ]
        assert len(matches) == 1
        assert LABELS.decode(shifted["target"]) == example["target"][matches[0] : matches[0] + len(shifted["source"])]


def test_a_piece_of_vectors_is_encoded_as_in_the_whole() -> None:
    draw = np.random.default_rng(1)
    value = draw.normal(size=(30, 2)).astype(np.float32)
    for codec in (VectorCodec("training", 3), VectorCodec("sequence", 2), VectorCodec("sequence")):
        codec.fit([value])
        pieces = Pieces([{"source": value, "target": ["a", "b"] * 15}], codec, LABELS.encode, 7, memory=0)
        np.testing.assert_array_equal(np.concatenate([piece["source"] for piece in pieces]), codec.encode(value))


def test_only_the_frames_of_a_piece_are_read() -> None:
    read: list[int] = []

    class Clip(list):  # type: ignore[type-arg]
        def __getitem__(self, part: Any) -> Any:
            read.append(len(range(*part.indices(len(self)))))
            return super().__getitem__(part)

    example = {"source": Clip(clips([20])[0]["source"]), "target": ["a"] * 20}
    pieces = Pieces([example, example], ClipCodec(3, 2, 1), LABELS.encode, 5, memory=120)
    assert read == [1], "a frame says how large they are; the first clip is kept, the second not read yet"
    assert len(pieces) == 8 and len(pieces[6]["source"]) == 5
    assert read == [1, 5]
    assert [len(piece["source"]) for piece, _ in pairwise(pieces)] == [5] * 7


def test_as_many_labels_as_frames() -> None:
    example = {"source": np.zeros((4, 3, 2, 1), np.uint8), "target": list("ababa")}
    for memory in (0, 1000):
        with pytest.raises(ZooError, match="a sequence of 4 frames has 5 labels; it needs one per frame"):
            Pieces([example], ClipCodec(3, 2, 1), LABELS.encode, 0, memory)
