"""Examples in files, read on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from zoo.data.splitting.splits import Example, Splits
from zoo.data.storage.item_sequence import ItemSequence
from zoo.data.storage.kept_examples import KeptExamples
from zoo.data.storage.record_index import RecordIndex
from zoo.data.storage.stored_bytes import StoredBytes

Parse = Callable[[list[bytes], int], Example]
"""(bytes of a record's parts, its line) -> example."""


class Rows(ItemSequence[Example]):
    """A sequence of a file's examples, of which only a bounded part is in memory.

    Args:
        files: that contain the records.
        index: of the records.
        parse: makes an example from a record's bytes.
        kept: examples that have already been parsed.
    """

    def __init__(
        self, files: Sequence[StoredBytes], index: RecordIndex, parse: Parse, kept: KeptExamples | None = None
    ) -> None:
        self._files, self._index, self._parse = files, index, parse
        self._kept = kept or KeptExamples(0)

    def split(
        self, validation: float, test: float, notes: Sequence[str] = (), columns: Mapping[str, str] | None = None
    ) -> Splits:
        """Split these rows (see `RecordIndex.split`).

        Args:
            validation: share for validation.
            test: share for testing.
            notes: passed on to the splits.
            columns: likewise.

        Returns:
            Splits of `Rows`.
        """
        parts = self._index.split(validation, test)
        train, held_out, tested = (Rows(self._files, part, self._parse, self._kept) for part in parts)
        return Splits(train, held_out, tested, tuple(notes), dict(columns or {}))

    def __len__(self) -> int:
        return len(self._index)

    def _item(self, place: int) -> Example:
        return self._example(self._index.read(place, place + 1).tolist()[0])

    def __iter__(self) -> Iterator[Example]:
        for _, example in self.with_lines():
            yield example

    def with_lines(self) -> Iterator[tuple[int, Example]]:
        """Yield all examples with their line numbers."""
        for block in self._index.blocks():
            for record in block.tolist():
                yield record[2], self._example(record)

    def _example(self, record: tuple[list[int], list[int], int, int, int, int]) -> Example:
        offsets, lengths, line, *_ = record
        known = self._kept.get(line)
        if known is not None:
            return known
        parts = [file.read(offset, length) for file, offset, length in zip(self._files, offsets, lengths, strict=True)]
        return self._parse(parts, line)
