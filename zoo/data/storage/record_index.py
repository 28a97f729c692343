"""Where the records of large files begin, kept on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

import numpy as np

from zoo.data.splitting.split_hash import hash_limits, split_hash
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.errors import ZooError

_BLOCK = 1 << 14  # records that are held in memory


class RecordIndex:
    """A table of records in a file without a name: memory does not grow with their number.

    A record has `offsets` int64 [files] and `lengths` int32 [files] in bytes, its `line` in the first file, and `hash`,
    that of its content, to split by.

    Args:
        files: how many files a record has a part in.
    """

    def __init__(self, files: int = 1) -> None:
        self.dtype = np.dtype(
            [("offsets", "<i8", (files,)), ("lengths", "<i4", (files,)), ("line", "<i8"), ("hash", "<u4")]
        )
        self._file = StoredBytes(tempfile.TemporaryFile(prefix="zoo-index-"), "the data's index")  # noqa: SIM115
        self._waiting: list[tuple[Sequence[int], Sequence[int], int, int]] = []
        self._written = 0

    def append(self, offsets: Sequence[int], lengths: Sequence[int], line: int, key: str) -> None:
        """Add a record.

        Args:
            offsets: of its parts, bytes.
            lengths: of its parts, bytes.
            line: where it stands, for messages.
            key: what decides its split: records of one key are never divided between two.
        """
        self._waiting.append((offsets, lengths, line, split_hash(key)))
        if len(self._waiting) == _BLOCK:
            self._flush()

    def __len__(self) -> int:
        return self._written + len(self._waiting)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Records `start` to `stop`: [stop - start] of `dtype`."""
        self._flush()
        width = self.dtype.itemsize
        return np.frombuffer(self._file.read(start * width, (stop - start) * width), self.dtype)

    def blocks(self) -> Iterator[np.ndarray]:
        """All records, some thousands at a time."""
        for start in range(0, len(self), _BLOCK):
            yield self.read(start, min(start + _BLOCK, len(self)))

    def split(self, validation: float, test: float) -> tuple[RecordIndex, RecordIndex, RecordIndex]:
        """Divide the records by their hashes: the same content goes to the same split in every run.

        Args:
            validation: share for the second split.
            test: share for the third.

        Returns:
            Records to train on, to validate on and to test on, each in the order of the file.
        """
        hashes = np.concatenate([block["hash"] for block in self.blocks()]) if len(self) else np.zeros(0, np.uint32)
        first, second = hash_limits(hashes, validation, test)
        parts = (RecordIndex(self.files), RecordIndex(self.files), RecordIndex(self.files))
        for block in self.blocks():
            tested, held = block["hash"] < first, block["hash"] < second
            for part, chosen in zip(parts, (~held, held & ~tested, tested), strict=True):
                part._write(block[chosen])
        return parts

    @property
    def files(self) -> int:
        """How many files a record has a part in."""
        return int(self.dtype["offsets"].shape[0])

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._write(np.array(waiting, self.dtype))

    def _write(self, records: np.ndarray) -> None:
        try:
            self._file.stream.seek(self._written * self.dtype.itemsize)
            self._file.stream.write(records.tobytes())
            self._file.stream.flush()
        except OSError as error:
            place = tempfile.gettempdir()
            raise ZooError(f"cannot write the index of the data to {place}: {error.strerror or error}") from error
        self._written += len(records)
