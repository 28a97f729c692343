"""Cuts long sequences into pieces for training, without losing a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from zoo.data.batching.encoded_examples import EncodedExample, kept_bytes, listed
from zoo.data.splitting.splits import Example, Examples
from zoo.data.storage.item_sequence import ItemSequence
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue


class _Place(NamedTuple):
    example: int
    start: int
    stop: int


class Pieces(ItemSequence[EncodedExample]):
    """Encoded pieces `{"source": [T, ...], "target": int32 [T]}` of sequences with a label per frame.

    A sequence longer than `length` is cut into the fewest pieces possible, of nearly equal length, which together
    contain each frame once. Sequences are encoded once, as far as memory suffices. Of the others, only the frames of a
    piece are read on demand if the codec has `encode_part(value, start, stop)`; otherwise the whole sequence is.

    Args:
        examples: raw examples with `source` and `target`, a label per frame.
        source: encodes sequences of frames.
        target: encodes a list of labels.
        length: maximum frames of a piece; 0: no cuts.
        memory: bytes to keep at most; by default `kept_bytes`.

    Raises:
        ZooError: a sequence has fewer or more labels than frames.
    """

    def __init__(
        self,
        examples: Examples,
        source: Codec,
        target: Callable[[RawValue], np.ndarray],
        length: int = 0,
        memory: int | None = None,
    ) -> None:
        self._examples: Sequence[Example] = listed(examples)
        self._source = source
        self._partial = hasattr(source, "encode_part")
        self._wholes: dict[int, np.ndarray] = {}
        self._labels: list[np.ndarray] = []
        self._places: list[_Place] = []
        left, frame_bytes = (kept_bytes() if memory is None else memory), 0
        for number, example in enumerate(self._examples):
            labels = np.asarray(target(example["target"]))  # [T]
            self._labels.append(labels)
            count = max(1, -(-len(labels) // length)) if length else 1
            edges = [turn * len(labels) // count for turn in range(count + 1)]
            self._places += [_Place(number, *edge) for edge in zip(edges[:-1], edges[1:], strict=True)]
            frames = len(example["source"]) if self._partial else len(labels)
            if self._partial and frames and not frame_bytes:
                frame_bytes = cast(Any, source).encode_part(example["source"], 0, 1).nbytes
            if frames * frame_bytes <= left:
                whole = np.asarray(source.encode(example["source"]))  # [T, ...]
                frames = len(whole)
                if whole.nbytes <= left:
                    left -= whole.nbytes
                    self._wholes[number] = whole
            if frames != len(labels):
                raise ZooError(f"a sequence of {frames} frames has {len(labels)} labels; it needs one per frame")

    def __len__(self) -> int:
        return len(self._places)

    def _item(self, index: int) -> EncodedExample:
        return self._read(self._places[index])

    def shifted(self, index: int, draw: np.random.Generator) -> EncodedExample:
        """Draw a piece of the same length at a random position in its sequence, so that cuts vary.

        Args:
            index: of the piece.
            draw: random number generator.
        """
        example, start, stop = self._places[index]
        length = stop - start
        begin = int(draw.integers(0, len(self._labels[example]) - length + 1))
        return self._read(_Place(example, begin, begin + length))

    def _read(self, place: _Place) -> EncodedExample:
        example, start, stop = place
        if example in self._wholes:
            frames = self._wholes[example][start:stop]
        else:
            value = self._examples[example]["source"]
            if self._partial:
                frames = cast(Any, self._source).encode_part(value, start, stop)
            else:
                frames = np.asarray(self._source.encode(value))[start:stop]
        return {"source": frames, "target": self._labels[example][start:stop]}
