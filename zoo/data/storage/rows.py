"""Examples that lie in files, and are read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from zoo.data.splitting.splits import Example, Splits
from zoo.data.storage.record_index import RecordIndex
from zoo.data.storage.stored_bytes import StoredBytes

Parse = Callable[[list[bytes], int], Example]
"""Bytes of a record's parts, and its line, to an example."""


class Rows(Sequence[Example]):
    """Examples of a file by their place: memory holds none of them, however large the file.

    Args:
        files: that the records lie in.
        index: where they lie.
        parse: makes an example of a record's bytes.
    """

    def __init__(self, files: Sequence[StoredBytes], index: RecordIndex, parse: Parse) -> None:
        self._files, self._index, self._parse = files, index, parse

    @classmethod
    def split(
        cls,
        files: Sequence[StoredBytes],
        index: RecordIndex,
        parse: Parse,
        validation: float,
        test: float,
        notes: Sequence[str] = (),
    ) -> Splits:
        """Divide the records of a file that has no split of its own.

        Args:
            files: that the records lie in.
            index: of all records.
            parse: makes an example of a record's bytes.
            validation: share to validate on.
            test: share to test on.
            notes: handed on to the splits.

        Returns:
            Splits of `Rows`.
        """
        train, held_out, tested = (cls(files, part, parse) for part in index.split(validation, test))
        return Splits(train, held_out, tested, tuple(notes))

    def split_again(self, validation: float, test: float) -> Splits:
        """Divide these rows (see `RecordIndex.split`)."""
        return Rows.split(self._files, self._index, self._parse, validation, test)

    def __len__(self) -> int:
        return len(self._index)

    @overload
    def __getitem__(self, place: int) -> Example: ...

    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...

    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(f"example {place} of {len(self)}")
        return self._example(self._index.read(place, place + 1).tolist()[0])

    def __iter__(self) -> Iterator[Example]:
        for _, example in self.with_lines():
            yield example

    def with_lines(self) -> Iterator[tuple[int, Example]]:
        """All examples, each with the line where it stands."""
        for block in self._index.blocks():
            for record in block.tolist():
                yield record[2], self._example(record)

    def _example(self, record: tuple[list[int], list[int], int, int]) -> Example:
        offsets, lengths, line, _ = record
        parts = [file.read(offset, length) for file, offset, length in zip(self._files, offsets, lengths, strict=True)]
        return self._parse(parts, line)
