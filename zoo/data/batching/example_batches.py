"""Batches with one example per row, padded within buckets of similar length."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from zoo.data.batching.batches import Batch
from zoo.data.batching.buckets import Bucket, make_buckets
from zoo.errors import ZooError

EncodedExample = Mapping[str, np.ndarray]
"""One example after the codecs: name -> array; the first axis of a sequence is its length."""


class ExampleBatches:
    """Groups encoded examples of similar length, and pads them to the longest of their group.

    All batches of a bucket have the same shape; the last one is filled up with rows of weight 0. So there are as many
    shapes as buckets. A batch contains, for each name in the examples,

    - `<name>`: [B, ...], or [B, L, ...] padded with 0 if it is a sequence; - `<name>_mask`: bool [B, L], False at
    padding;

    and

    - `weights`: float32 [B], 1 for an example and 0 for a row of padding; [B, L] if `weighted` is set; - `index`: int32
    [B], the example's place in `examples`, -1 for a row of padding.

    Args:
        examples: encoded examples, all with the same names; any sequence.
        size: rows of a batch, where `tokens` is 0.
        tokens: maximum number of positions of the longest sequence in a batch, including padding; determines the rows.
        seed: for the order of each epoch.
        shuffle: whether to shuffle examples and batches in each epoch; if False, as in evaluation, batches go from
            short to long, with examples in order.
        sequences: names whose first axis is a length; None: all arrays with an axis. Images are not sequences.
        weighted: the sequence whose positions are weighted one by one (a label per frame, a word to predict).
        buckets: maximum number of shapes.
        multiple: rows are a multiple of this, so that replicas share them evenly.
        redraw: returns another encoding of the example at an index, with random numbers that depend only on seed, epoch
            and index; if it is longer than its bucket, the usual encoding is used.

    Raises:
        ZooError: there are no examples, or an empty one.
    """

    def __init__(
        self,
        examples: Sequence[EncodedExample],
        size: int = 64,
        tokens: int = 0,
        seed: int = 0,
        shuffle: bool = True,
        sequences: Sequence[str] | None = None,
        weighted: str | None = None,
        buckets: int = 12,
        multiple: int = 1,
        redraw: Callable[[int, np.random.Generator], EncodedExample] | None = None,
    ) -> None:
        if not len(examples):
            raise ZooError("no examples to make batches of")
        first = examples[0]
        self._first = first
        self._examples = examples
        self._own: Callable[[int], slice] = slice
        self._names = tuple(first)
        self._sequences = (
            tuple(name for name in first if np.ndim(first[name])) if sequences is None else tuple(sequences)
        )
        if weighted is not None and weighted not in self._sequences:
            raise ValueError(f"weighted={weighted!r} is not one of the sequences {self._sequences}")
        self._weighted = weighted
        self._seed = seed
        self._shuffle = shuffle
        self._redraw = redraw
        # Only the lengths of examples stay in memory; a batch reads its examples again.
        lengths = np.empty((len(examples), len(self._sequences)), np.int32)  # [N, sequences]
        digest = hashlib.sha256()
        for index, example in enumerate(examples):
            lengths[index] = [len(example[name]) for name in self._sequences]
            for name, value in example.items():
                digest.update(f"{name} {np.shape(value)} {np.asarray(value).dtype.str} ".encode())
                digest.update(np.asarray(value).tobytes())
        self.fingerprint = digest.hexdigest()
        """sha256 of all examples."""
        if lengths.size and lengths.min() == 0:
            row, column = np.argwhere(lengths == 0)[0]
            raise ZooError(f"example {row + 1}: its {self._sequences[column]} is empty")
        self._buckets = make_buckets(lengths, buckets, size, tokens, multiple)
        steps = [bucket.batches for bucket in self._buckets]
        self._ends = np.cumsum(steps)  # [buckets]: steps up to and with each bucket
        self.steps_per_epoch = int(self._ends[-1])
        self.size = max(bucket.rows for bucket in self._buckets)
        # An example without sequences counts as one position.
        positions = sum(bucket.batches * bucket.rows * (sum(bucket.shape) or 1) for bucket in self._buckets)
        self._padding = 1 - int(lengths.sum(dtype=np.int64) or len(examples)) / positions

    def share(self, own: Callable[[int], slice]) -> None:
        """Read only this process's rows of each batch; the others are filled like padding.

        Args:
            own: rows of a batch -> those that are read.
        """
        self._own = own

    @property
    def padding(self) -> float:
        """Share of the positions of all sequences that are padding, 0 to 1."""
        return self._padding

    def describe(self) -> str:
        """A short description for people."""
        count = len(self.shapes)
        text = f"{len(self._examples):,} examples in batches of {count} shape{'s' if count > 1 else ''}"
        return text + (f", {self.padding:.1%} padding" if self.padding >= 0.001 else "")

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The distinct shapes of batches: rows, then the padded length of each sequence."""
        return sorted({(bucket.rows, *bucket.shape) for bucket in self._buckets})

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Name of an array -> its axes whose size varies between buckets."""
        rows, *lengths = [len(set(sizes)) > 1 for sizes in zip(*self.shapes, strict=True)]
        first = (0,) if rows else ()
        varies = dict.fromkeys(self._names, first)
        for name, length in zip(self._sequences, lengths, strict=True):
            varies[name] = varies[f"{name}_mask"] = (*first, 1) if length else first
        varies["index"] = first
        varies["weights"] = varies[self._weighted] if self._weighted else first
        return {name: axes for name, axes in varies.items() if axes}

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch.

        Args:
            number: which epoch, from 0.
            start: how many batches to skip at the beginning, without reading their examples.

        Yields:
            Batches as described above.
        """
        order = np.arange(self.steps_per_epoch)
        members = [bucket.members for bucket in self._buckets]
        if self._shuffle:
            draw = np.random.default_rng([self._seed, number])
            members = [draw.permutation(part) for part in members]
            order = draw.permutation(order)
        for step in order[start:].tolist():
            place = int(np.searchsorted(self._ends, step, side="right"))
            bucket = self._buckets[place]
            turn = step - (int(self._ends[place]) - bucket.batches)
            yield self._batch(bucket, members[place][turn * bucket.rows : (turn + 1) * bucket.rows], number)

    def _example(self, index: int, number: int, bucket: Bucket) -> EncodedExample:
        if self._redraw is not None:
            example = self._redraw(index, np.random.default_rng([self._seed, number, index]))
            lengths = [len(example[name]) for name in self._sequences]
            if all(0 < length <= most for length, most in zip(lengths, bucket.shape, strict=True)):
                return example
        return self._examples[index]

    def _batch(self, bucket: Bucket, chosen: np.ndarray, number: int) -> Batch:
        own = range(*self._own(bucket.rows).indices(len(chosen)))
        examples = {row: self._example(int(chosen[row]), number, bucket) for row in own}
        batch: Batch = {}
        for name, example in self._first.items():
            inner = np.shape(example)
            if name in self._sequences:
                inner = (bucket.shape[self._sequences.index(name)], *inner[1:])
            values = np.zeros((bucket.rows, *inner), np.asarray(example).dtype)  # [B, ...] or [B, L, ...]
            batch[name] = values
            if name in self._sequences:
                mask = np.zeros(values.shape[:2], np.bool_)  # [B, L]
                for row, one in examples.items():
                    values[row, : len(one[name])] = one[name]
                    mask[row, : len(one[name])] = True
                batch[f"{name}_mask"] = mask
            else:
                for row, one in examples.items():
                    values[row] = one[name]
        index = np.full(bucket.rows, -1, np.int32)  # [B]
        index[: len(chosen)] = chosen
        batch["index"] = index
        batch["weights"] = (batch[f"{self._weighted}_mask"] if self._weighted else index >= 0).astype(np.float32)
        return batch
