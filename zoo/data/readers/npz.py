"""Reads arrays in NPZ files, without running code from them."""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors, open_file

LARGEST = 1 << 32
"""Bytes of an array that is read at most: a small file may unpack to any size."""

# All that numpy needs for an array of plain Python objects; none of these runs code.
_HARMLESS = {
    (module, name)
    for module in ("numpy.core.multiarray", "numpy._core.multiarray")
    for name in ("_reconstruct", "scalar")
} | {("numpy", "ndarray"), ("numpy", "dtype")}


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read an NPZ file, including arrays of Python texts.

    Args:
        path: the file.

    Returns:
        Name -> array.

    Raises:
        ZooError: it cannot be read, is damaged, or contains objects other than plain ones.
    """
    name = path.name
    with file_errors(name), open_file(path) as stream, zipfile.ZipFile(stream) as archive:
        return {
            member.filename.removesuffix(".npy"): _array(archive, member, name)
            for member in archive.infolist()
            if member.filename.endswith(".npy")
        }


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> np.ndarray:
    if member.file_size > LARGEST:
        raise ZooError(f"{name}: its array '{member.filename}' takes {member.file_size:,} bytes, more than {LARGEST:,}")
    if member.flag_bits & 1:
        raise ZooError(f"{name}: it is encrypted, and the zoo has no password")
    with archive.open(member) as stream:
        data = io.BytesIO(stream.read())
    version = np.lib.format.read_magic(data)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(data)
    held = member.file_size - data.tell()
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize != held:
        raise ZooError(
            f"{name}: its array '{member.filename}' has {held:,} bytes, which do not make {shape} of {dtype}"
        )
    if not dtype.hasobject:
        data.seek(0)
        return np.lib.format.read_array(data, allow_pickle=False)
    array = _PlainObjects(data, name).load()
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise ZooError(f"{name}: its array '{member.filename}' is damaged")
    return array


class _PlainObjects(pickle.Unpickler):
    """Unpickles texts, numbers and lists of them, and refuses everything that would call a function.

    Args:
        stream: to read from.
        name: of the file, for messages.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        super().__init__(stream)
        self._name = name

    def find_class(self, module: str, name: str) -> type:
        if (module, name) in _HARMLESS:
            found: type = super().find_class(module, name)
            return found
        raise ZooError(
            f"{self._name}: contains Python objects ({module}.{name}); save labels as texts: labels.astype(str)"
        )
