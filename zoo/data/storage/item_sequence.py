"""A sequence that computes or reads its items on demand."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

Item = TypeVar("Item", covariant=True)


class ItemSequence(Sequence[Item]):
    """Handles slices and negative indices; a subclass defines `__len__`, and `_item` for one valid index."""

    @abstractmethod
    def _item(self, index: int) -> Item:
        """Return one item; the index is from 0 to the length."""

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...

    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self._item(place) for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"item {index} of {len(self)}")
        return self._item(place)
