"""Reads the tensors of a file that `torch.save` wrote, without torch and without running what the file says.

A pickle may call any function. This reader admits the few names that a dictionary of tensors needs, and nothing else.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

import zoo

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
LARGEST = 1 << 31
"""Bytes of a file, and of a storage, at most."""
_TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


class _Type(NamedTuple):
    name: str


class _Storage(NamedTuple):
    key: str
    dtype: str
    size: int


class _View(NamedTuple):
    """A tensor whose numbers are not read yet."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read a dictionary of tensors, such as `torch.save(model.state_dict(), path)` wrote before torch 1.6.

    Args:
        path: of the file.

    Returns:
        Name -> array.

    Raises:
        zoo.ZooError: it is no such file, is damaged, or holds anything but tensors.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST:,} bytes")
        with path.open("rb") as file:
            return _read(file)
    except zoo.ZooError:
        raise
    except Exception as error:  # of a damaged file pickle raises whatever it meets
        reason = " ".join(str(error).split()) or type(error).__name__
        raise zoo.ZooError(f"{path}: not a file of tensors: {reason}") from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != MAGIC or _Unpickler(file).load() != PROTOCOL:
        raise ValueError("another format than torch.save had before version 1.6")
    system = _Unpickler(file).load()
    if not isinstance(system, dict) or not system.get("little_endian", True):
        raise ValueError("it was written on a big-endian machine")
    views = _Unpickler(file).load()
    if not isinstance(views, dict) or not all(isinstance(view, _View) for view in views.values()):
        raise ValueError("it holds something else than tensors by name")
    needed = {view.storage.key: view.storage for view in views.values()}
    storages: dict[str, np.ndarray] = {}
    for key in _Unpickler(file).load():
        storage = needed.get(key)
        size = int.from_bytes(file.read(8), "little", signed=True)
        if storage is None or size != storage.size or not 0 <= size <= LARGEST:
            raise ValueError(f"the storage {key!r} has another size than its tensors")
        dtype = np.dtype(storage.dtype)
        data = file.read(size * dtype.itemsize)
        if len(data) < size * dtype.itemsize:
            raise ValueError("it is cut off")
        storages[key] = np.frombuffer(data, dtype)
    return {str(name): _array(view, storages) for name, view in views.items()}


def _array(view: _View, storages: dict[str, np.ndarray]) -> np.ndarray:
    data = storages[view.storage.key]
    if len(view.shape) != len(view.strides) or min((*view.shape, *view.strides, view.offset), default=0) < 0:
        raise ValueError("a tensor has an impossible shape")
    last = view.offset + sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    if 0 not in view.shape and last >= len(data):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [stride * data.itemsize for stride in view.strides]
    if 0 in view.shape:
        return np.zeros(view.shape, data.dtype)
    return np.lib.stride_tricks.as_strided(data[view.offset :], view.shape, strides).copy()


class _Unpickler(pickle.Unpickler):
    """Loads numbers, texts, tuples, dictionaries and tensors; refuses every other name."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) in (("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor")):
            return _rebuild_tensor
        if module == "torch" and name in _TYPES:
            return _Type(name)
        raise pickle.UnpicklingError(f"it wants to load {module}.{name}, which is not a tensor")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, size, *view = pid
        if kind != "storage" or not isinstance(dtype, _Type) or any(part is not None for part in view):
            raise pickle.UnpicklingError("it holds something else than tensors")
        return _Storage(str(key), _TYPES[dtype.name], int(size))


def _rebuild_tensor(
    storage: _Storage, offset: int, shape: Sequence[int], strides: Sequence[int], *rest: object
) -> _View:
    del rest
    if not isinstance(storage, _Storage):
        raise pickle.UnpicklingError("a tensor has no storage")
    return _View(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))
