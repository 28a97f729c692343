"""An index of the records in large files, kept on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

import numpy as np

from zoo.data.splitting.split_hash import hash_limits, split_hash
from zoo.data.splitting.stratify import TEST, TRAIN, VALIDATION, stratified
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.errors import ZooError

_BLOCK = 1 << 14  # records buffered in memory
_SPLITS = ("", "train", "validation", "test")


class RecordIndex:
    """A table of records in an unnamed file: memory does not grow with their number.

    A record has `offsets` int64 [files] and `lengths` int32 [files] in bytes, its `line` in the first file, the `hash`
    of its content, which decides its split, `label`, the hash of its class or 0, and the `split` given by the file.

    Args:
        files: number of files with parts of a record.
    """

    def __init__(self, files: int = 1) -> None:
        self.dtype = np.dtype(
            [
                ("offsets", "<i8", (files,)),
                ("lengths", "<i4", (files,)),
                ("line", "<i8"),
                ("hash", "<u4"),
                ("label", "<u4"),
                ("split", "u1"),
            ]
        )
        self._file = StoredBytes(tempfile.TemporaryFile(prefix="zoo-index-"), "the data's index")  # noqa: SIM115
        self._waiting: list[tuple[Sequence[int], Sequence[int], int, int, int, int]] = []
        self._written = 0

    def append(
        self, offsets: Sequence[int], lengths: Sequence[int], line: int, key: str, label: str = "", split: str = ""
    ) -> None:
        """Add a record.

        Args:
            offsets: of its parts, bytes.
            lengths: of its parts, bytes.
            line: its line number, for messages.
            key: decides its split; records with the same key stay together.
            label: its class, if it has one.
            split: the split given by the file: `train`, `validation`, `test` or empty.
        """
        group, number = split_hash(label) if label else 0, _SPLITS.index(split)
        self._waiting.append((offsets, lengths, line, split_hash(key), group, number))
        if len(self._waiting) == _BLOCK:
            self._flush()

    def __len__(self) -> int:
        return self._written + len(self._waiting)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return records `start` to `stop`: [stop - start] of `dtype`."""
        self._flush()
        width = self.dtype.itemsize
        return np.frombuffer(self._file.read(start * width, (stop - start) * width), self.dtype)

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield all records, some thousands at a time."""
        for start in range(0, len(self), _BLOCK):
            yield self.read(start, min(start + _BLOCK, len(self)))

    def split(self, validation: float, test: float) -> tuple[RecordIndex, RecordIndex, RecordIndex]:
        """Split the records by their hashes: the same content goes to the same split in every run.

        Labelled records are split class by class (see `zoo.data.splitting.stratify`).

        Args:
            validation: share for the second split.
            test: share for the third.

        Returns:
            Training, validation and test records, each in the order of the file.
        """
        blocks = [block[["hash", "label", "split"]] for block in self.blocks()]
        keys = np.concatenate(blocks) if blocks else np.zeros(0, self.dtype)
        part = np.zeros(len(keys), np.int8)  # [N]
        if keys["split"].any():
            # The file's own splits are kept; a missing split is taken from its training rows.
            part = np.maximum(keys["split"].astype(np.int8) - 1, TRAIN)
            validation = 0.0 if (part == VALIDATION).any() else validation
            test = 0.0 if (part == TEST).any() else test
        rest = part == TRAIN
        part[rest] = _divided(keys[rest], validation, test)
        indices = (RecordIndex(self.files), RecordIndex(self.files), RecordIndex(self.files))
        begin = 0
        for block in self.blocks():
            own = part[begin : begin + len(block)]
            begin += len(block)
            for number, index in enumerate(indices):
                index._write(block[own == number])
        return indices

    @property
    def files(self) -> int:
        """Number of files with parts of a record."""
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


def _divided(keys: np.ndarray, validation: float, test: float) -> np.ndarray:
    """Return the split of each record, by its hash and class: int8 [N]."""
    if keys["label"].any():
        return stratified(keys["hash"], keys["label"], validation, test)
    first, second = hash_limits(keys["hash"], validation, test)
    return np.where(keys["hash"] < first, TEST, np.where(keys["hash"] < second, VALIDATION, TRAIN)).astype(np.int8)
