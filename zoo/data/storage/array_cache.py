"""Arrays that are costly to make: kept on disk while a run lasts."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np

from zoo.errors import ZooError

DISK = 8 * 1024**3
"""Bytes that are kept at most; what does not fit is made anew whenever it is asked for."""


class ArrayCache:
    """Arrays of one shape and type by number, in a file that is gone when nobody holds this object any more.

    They are read with plain reads: the system keeps in memory what fits there, and the pages of a memory map would
    count as memory of the process.

    Args:
        folder: where the file lies.
        most: bytes to keep at most.
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
        """What is kept, in bytes."""
        return len(self._places) * self._size

    @property
    def _size(self) -> int:
        return int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize

    def put(self, number: int, array: np.ndarray) -> bool:
        """Keep an array.

        Args:
            number: to ask for it by; what is kept under it already stays.
            array: of the shape and type of all others.

        Returns:
            Whether it is kept now; False where there is no room.

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
        """The array of a number, or None where it is not kept."""
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
