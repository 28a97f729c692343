"""Caches expensive arrays on disk during a run."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np

from zoo.errors import ZooError

DISK = 8 * 1024**3
"""Maximum size in bytes; other arrays are recomputed on demand."""


class ArrayCache:
    """Numbered arrays of one shape and type, in a file that is deleted with this object.

    They are read without a memory map, whose pages would count as memory of the process; the system still caches the
    file.

    Args:
        folder: of the file.
        most: maximum size in bytes.
    """

    def __init__(self, folder: Path, most: int = DISK) -> None:
        self._folder, self._most = folder, most
        self._places: dict[int, int] = {}
        self._shape: tuple[int, ...] = ()
        self._dtype = np.dtype(np.uint8)
        self._stream: IO[bytes] | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, number: int) -> bool:
        return number in self._places

    @property
    def nbytes(self) -> int:
        """The current size in bytes."""
        return len(self._places) * self._size

    @property
    def _size(self) -> int:
        return int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize

    def put(self, number: int, array: np.ndarray) -> bool:
        """Store an array.

        Args:
            number: its key; an array already stored under it stays.
            array: of the same shape and type as all others.

        Returns:
            Whether it is stored; False if there is no room.

        Raises:
            ZooError: the disk is full, or cannot be written to.
        """
        with self._lock:
            if number in self._places:
                return True
            if not self._places:
                self._shape, self._dtype = array.shape, array.dtype
            if (array.shape, array.dtype) != (self._shape, self._dtype):
                raise ValueError(f"{array.shape} {array.dtype} among arrays of {self._shape} {self._dtype}")
            if self.nbytes + self._size > self._most:
                return False
            try:
                stream = self._file()
                stream.seek(self.nbytes)
                stream.write(np.ascontiguousarray(array).data)
                stream.flush()
            except OSError as error:
                raise ZooError(f"cannot cache arrays in {self._folder}: {error.strerror or error}") from error
            self._places[number] = len(self._places)
            return True

    def get(self, number: int) -> np.ndarray | None:
        """Return the array with a number, or None if it is not stored."""
        with self._lock:
            place = self._places.get(number)
            if place is None or self._stream is None:
                return None
            array = np.empty(self._shape, self._dtype)
            self._stream.seek(place * self._size)
            if self._stream.readinto(array.reshape(-1).view(np.uint8).data) != self._size:  # type: ignore[attr-defined]
                raise ZooError(f"cannot read the cache in {self._folder}: its file was cut off")
            return array

    def _file(self) -> IO[bytes]:
        if self._stream is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._stream = tempfile.TemporaryFile(prefix="zoo-arrays-", dir=self._folder)  # noqa: SIM115
        return self._stream
