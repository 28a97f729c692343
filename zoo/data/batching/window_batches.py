"""Batches for a language model: windows of parallel streams, for truncated backpropagation through time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from zoo.data.batching.batches import Batch
from zoo.data.storage.token_store import TokenStore
from zoo.errors import ZooError


class WindowBatches:
    """Cuts the tokens into windows, and divides the windows among as many parallel streams as a batch has rows.

    Row b of one batch is followed by row b of the next, so a recurrent state may be carried from batch to batch. Each
    token but the first, or the first of each separate document, is predicted exactly once per epoch. The last window of
    a document is padded with weight 0. A batch is

    - `tokens`: int32 [B, T], the model's input; - `target`: int32 [B, T], the next token at each position; - `weights`:
    float32 [B, T], 0 at padding and 1 elsewhere; - `reset`: float32 [B], 1 if the carried state must be reset to zero
    before the window.

    Each epoch starts at another position of the text and, if documents are separate, shuffles them. Memory grows only
    with the number of documents, not with their length.

    Args:
        tokens: the encoded split.
        size: B, the number of parallel streams.
        length: T, tokens per window.
        reset_at_documents: whether each document starts a new window with a zero state; otherwise all documents are one
            text.
        seed: for the order of each epoch; None: always the order of the text, as in evaluation.
        shrink: use fewer streams if the text has fewer windows than B, as in evaluation; otherwise that is an error.

    Raises:
        ZooError: the text is shorter than the batch needs; says what would work.
    """

    def __init__(
        self,
        tokens: TokenStore,
        size: int,
        length: int,
        reset_at_documents: bool = False,
        seed: int | None = None,
        shrink: bool = False,
    ) -> None:
        if size < 1 or length < 1:
            raise ValueError(f"size and length must be at least 1, got {size} and {length}")
        self._tokens = tokens
        self._seed = seed
        self.length = length
        total = len(tokens)
        offsets = tokens.offsets if reset_at_documents else np.array([0, total], np.int64)
        predictable = np.maximum(np.diff(offsets) - 1, 0)  # [documents]: tokens with one before them
        kept = predictable > 0
        self._begins = offsets[:-1][kept]  # [documents]: first token
        self._predictable = predictable[kept]  # [documents]
        self._windows = -(-self._predictable // length)  # [documents]
        self.predictable = int(self._predictable.sum())
        """How many tokens are predicted in an epoch: the sum of all weights."""
        windows = int(self._windows.sum())
        if windows == 0 and shrink:
            raise ZooError(
                f"the held-out text is too short: it has {total:,} token{'s' if total != 1 else ''} and at least 2 are "
                "needed (hold out a larger share, or use a longer text)"
            )
        if windows == 0 or (total <= length and not shrink):
            raise ZooError(
                f"the text is too short: it has {total:,} token{'s' if total != 1 else ''} and a window of "
                f"{length} needs {length + 1} (set batch.length={max(1, total - 1)}, or use a longer text)"
            )
        if windows < size and not shrink:
            raise ZooError(
                f"the text is too short for the batch: {total:,} tokens make {windows:,} windows of {length}, and "
                f"batch.size={size} streams need one each (set batch.size={windows}, decrease batch.length, or use "
                "a longer text)"
            )
        self.size = min(size, windows)
        self._total_windows = windows
        self.steps_per_epoch = -(-windows // self.size)

    @property
    def padding(self) -> float:
        """Share of an epoch's positions that are padding, 0 to 1."""
        return 1 - self.predictable / (self.steps_per_epoch * self.size * self.length)

    @property
    def fingerprint(self) -> str:
        """Identifies this encoded text."""
        return self._tokens.fingerprint

    @property
    def characters_per_token(self) -> float:
        """Mean number of characters per token."""
        return self._tokens.characters / max(1, len(self._tokens))

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Empty: all windows have the same shape."""
        return {}

    def describe(self) -> str:
        """The text's size, for people."""
        tokens = self._tokens
        text = f"{tokens.characters:,} characters"
        if len(tokens) != tokens.characters:
            text += f" in {len(tokens):,} tokens"
        if tokens.documents > 1:
            text += f" of {tokens.documents:,} documents"
        text += f", {tokens.vocabulary:,} distinct tokens"
        return text + (f", {tokens.unknown:,} unknown" if tokens.unknown else "")

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch.

        Args:
            number: which epoch, from 0.
            start: how many batches to skip at the beginning, without reading them.

        Yields:
            Batches as described above.
        """
        order, shift = self._order(number)
        # Windows before each document, in this epoch's order; the last entry is the total.
        before = np.concatenate([[0], np.cumsum(self._windows[order])])  # [documents + 1]
        edges = np.arange(self.size + 1) * self._total_windows // self.size  # [B + 1]: first window of each stream
        for step in range(start, self.steps_per_epoch):
            window = edges[:-1] + step  # [B]
            present = window < edges[1:]  # [B]: the shorter streams end one step earlier
            window = (window + shift) % self._total_windows
            place = np.searchsorted(before, window, side="right") - 1  # [B]: document, in this epoch's order
            document = order[place]  # [B]
            passed = (window - before[place]) * self.length  # [B]: tokens of the document before the window
            count = np.minimum(self._predictable[document] - passed, self.length) * present  # [B]
            first = (passed == 0) | (step == 0)  # [B]
            yield self._batch(self._begins[document] + passed, count, first)

    def _batch(self, begins: np.ndarray, counts: np.ndarray, first: np.ndarray) -> Batch:
        shape = (self.size, self.length)
        inputs = np.zeros(shape, np.int32)  # [B, T]
        target = np.zeros(shape, np.int32)  # [B, T]
        for row, (begin, count) in enumerate(zip(begins.tolist(), counts.tolist(), strict=True)):
            if count:
                read = self._tokens.read(begin, begin + count + 1)  # [count + 1]
                inputs[row, :count] = read[:-1]
                target[row, :count] = read[1:]
        weights = (np.arange(self.length) < counts[:, None]).astype(np.float32)  # [B, T]
        return {"tokens": inputs, "target": target, "weights": weights, "reset": first.astype(np.float32)}

    def _order(self, number: int) -> tuple[np.ndarray, int]:
        """Draw the order of documents in an epoch, and the offset of its first window."""
        documents = len(self._windows)
        if self._seed is None:
            return np.arange(documents), 0
        draw = np.random.default_rng([self._seed, number])
        return draw.permutation(documents), int(draw.integers(self._total_windows))
