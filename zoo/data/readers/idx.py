"""Reads arrays in the idx format of MNIST."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from zoo.data.storage.stored_bytes import StoredBytes
from zoo.errors import ZooError
from zoo.files import expanded

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | Path) -> np.ndarray:
    """Read an idx file: two zero bytes, the type, the number of axes, their sizes, then the values.

    Args:
        path: the file, possibly `.gz`.

    Returns:
        The array, read-only, in the byte order of the file.

    Raises:
        ZooError: it is not a complete idx file.
    """
    file = StoredBytes.of_file(expanded(path))
    size = file.stream.seek(0, 2)
    head = file.read(0, min(4, size))
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES:
        raise ZooError(f"{file.name}: not an idx file: it begins with {head.hex() or 'nothing'}")
    axes = head[3]
    if size < 4 + 4 * axes:
        raise ZooError(f"{file.name}: cut off: its sizes are missing")
    shape = tuple(np.frombuffer(file.read(4, 4 * axes), ">u4").tolist())
    dtype = np.dtype(_TYPES[head[2]])
    count = math.prod(shape)
    if size != 4 + 4 * axes + count * dtype.itemsize:
        raise ZooError(
            f"{file.name}: {size:,} bytes, but {4 + 4 * axes + count * dtype.itemsize:,} make an array of "
            f"{' by '.join(map(str, shape))}"
        )
    return np.frombuffer(file.read(4 + 4 * axes, count * dtype.itemsize), dtype).reshape(shape)
