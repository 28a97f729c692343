"""Examples that are files, each read on demand."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from zoo.data.splitting.splits import Example
from zoo.data.storage.item_sequence import ItemSequence
from zoo.data.storage.kept_examples import KeptExamples

Item = TypeVar("Item", bound=Hashable)


class LazyFiles(ItemSequence[Example], Generic[Item]):
    """A sequence of items, and a function that reads one of them.

    Args:
        items: such as paths with labels.
        read: item -> example.
        kept: examples that have already been read, by item.
    """

    def __init__(
        self, items: Sequence[Item], read: Callable[[Item], Example], kept: KeptExamples | None = None
    ) -> None:
        self.items = items
        self._read_file = read
        self._kept = kept or KeptExamples(0)

    def __len__(self) -> int:
        return len(self.items)

    def _item(self, place: int) -> Example:
        return self._read(self.items[place])

    def __iter__(self) -> Iterator[Example]:
        for item in self.items:
            yield self._read(item)

    def chosen(self, places: Sequence[int]) -> LazyFiles[Item]:
        """Return the given items as a sequence of their own."""
        return LazyFiles([self.items[place] for place in places], self._read_file, self._kept)

    def _read(self, item: Item) -> Example:
        known = self._kept.get(item)
        return self._read_file(item) if known is None else known
