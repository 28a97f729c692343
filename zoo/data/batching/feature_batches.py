"""Batches whose sources a frozen network has looked at: once each, not once an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from zoo.data.batching.batches import Batch, Batches, share_batches
from zoo.data.storage.array_cache import DISK, ArrayCache
from zoo.progress import watch

_ROWS = 32  # sources that are looked at together, always as many, so that one graph is made and numbers never differ
_HIGHEST = float(np.finfo(np.float16).max)


class FeatureBatches:
    """Batches in which `source` is what a function makes of it, float16, kept on disk by the number in `source_index`.

    When they are made all sources are looked at. Those that there is no room for are looked at again in every epoch.

    Args:
        batches: with `source` [B, ...], `source_index` int [B], the number of each, and `index` [B], -1 at padding.
        features: [rows, ...] -> [rows, ...], the same for a row whatever stands in the others.
        folder: where they are kept.
        most: bytes to keep at most.
    """

    def __init__(
        self, batches: Batches, features: Callable[[np.ndarray], np.ndarray], folder: Path, most: int = DISK
    ) -> None:
        self._batches, self._features = batches, features
        self._kept = ArrayCache(folder, most)
        with watch("computing each image's features once, with the frozen backbone", 0, 0):
            self._look_at_all()

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches."""
        return self._batches.steps_per_epoch

    @property
    def size(self) -> int:
        """Rows of a batch."""
        return self._batches.size

    def share(self, own: Callable[[int], slice]) -> None:
        """Read of each batch only some rows (see `ExampleBatches.share`)."""
        share_batches(self._batches, own)

    @property
    def padding(self) -> float:
        """Share of padding."""
        return self._batches.padding

    @property
    def fingerprint(self) -> str:
        """Of the sources themselves: what a network makes of them may differ in the last digits elsewhere."""
        return self._batches.fingerprint

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Axes whose size differs from batch to batch."""
        return self._batches.varying

    def describe(self) -> str:
        """What there is, in a few words for people."""
        return self._batches.describe()

    def epoch(self, number: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch (see `Batches.epoch`)."""
        for batch in self._batches.epoch(number, start):
            sources, numbers = batch["source"], batch["source_index"].tolist()
            found = [self._kept.get(image) for image in numbers]
            lacking = [row for row, features in enumerate(found) if features is None]
            for begin in range(0, len(lacking), _ROWS):
                rows = lacking[begin : begin + _ROWS]
                for row, features in zip(rows, self._look([sources[row] for row in rows]), strict=True):
                    found[row] = features
            batch["source"] = np.stack([features for features in found if features is not None])
            yield batch

    def _look_at_all(self) -> None:
        """Pass over the sources once, and keep what there is room for."""
        waiting: dict[int, np.ndarray] = {}
        for batch in self._batches.epoch(0):
            real = batch["index"] >= 0  # rows of padding hold no image
            for image, source in zip(batch["source_index"][real].tolist(), batch["source"][real], strict=True):
                if image not in self._kept:
                    waiting.setdefault(image, source)
                if len(waiting) == _ROWS:
                    self._keep(waiting)
        self._keep(waiting)

    def _keep(self, waiting: dict[int, np.ndarray]) -> None:
        if waiting:
            for image, features in zip(waiting, self._look(list(waiting.values())), strict=True):
                self._kept.put(image, features)
            waiting.clear()

    def _look(self, sources: list[np.ndarray]) -> np.ndarray:
        rows = np.zeros((_ROWS, *sources[0].shape), sources[0].dtype)
        rows[: len(sources)] = sources
        found = np.asarray(self._features(rows), np.float32)[: len(sources)]
        return np.clip(found, -_HIGHEST, _HIGHEST).astype(np.float16)
