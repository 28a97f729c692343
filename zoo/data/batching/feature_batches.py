"""Batches of features from a frozen network, which processes each source only once rather than in every epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from zoo.data.batching.batches import Batch, Batches, share_batches
from zoo.data.storage.array_cache import DISK, ArrayCache
from zoo.progress import watch

_ROWS = 32  # sources per pass; a fixed number, so that there is one graph and results never vary
_HIGHEST = float(np.finfo(np.float16).max)


class FeatureBatches:
    """Batches whose `source` is replaced by computed features, float16, cached on disk under the number in
    `source_index`.

    All features are computed at the start. Those that do not fit in the cache are computed again in every epoch.

    Args:
        batches: with `source` [B, ...], `source_index` int [B], the number of each, and `index` [B], -1 at padding.
        features: [rows, ...] -> [rows, ...]; the result for a row must not depend on other rows.
        folder: of the cache.
        most: maximum number of bytes to keep.
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
        """Read only some rows of each batch (see `ExampleBatches.share`)."""
        share_batches(self._batches, own)

    @property
    def padding(self) -> float:
        """Share of padding."""
        return self._batches.padding

    @property
    def fingerprint(self) -> str:
        """Identifies the sources themselves: features may differ in the last digits on other machines."""
        return self._batches.fingerprint

    @property
    def varying(self) -> Mapping[str, tuple[int, ...]]:
        """Axes whose size varies between batches."""
        return self._batches.varying

    def describe(self) -> str:
        """A short description for people."""
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
        """Compute features of all sources once, and cache as many as fit."""
        waiting: dict[int, np.ndarray] = {}
        for batch in self._batches.epoch(0):
            real = batch["index"] >= 0  # rows of padding contain no image
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
