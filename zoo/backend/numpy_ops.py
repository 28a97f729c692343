"""Functions of `keras.ops` on NumPy arrays, with the same names, arguments and results: what a search needs of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from zoo.backend.types import Nest

Array = npt.NDArray[Any]

abs = np.abs
arange = np.arange
bitwise_xor = np.bitwise_xor
concatenate = np.concatenate
equal = np.equal
exp = np.exp
less = np.less
logical_and = np.logical_and
logical_not = np.logical_not
logical_or = np.logical_or
maximum = np.maximum
minimum = np.minimum
isnan = np.isnan
repeat = np.repeat
reshape = np.reshape
right_shift = np.right_shift
stack = np.stack
take_along_axis = np.take_along_axis
zeros_like = np.zeros_like
ones_like = np.ones_like


def all(values: Array, axis: int | None = None) -> Array:
    """Whether all values along an axis are true."""
    return np.all(values, axis=axis)  # type: ignore[return-value]


def cast(values: Array, dtype: str) -> Array:
    """Convert to another type."""
    return np.asarray(values).astype(dtype)


def clip(values: Array, low: float, high: float) -> Array:
    """Limit values to an interval."""
    return np.clip(values, low, high)


def convert_to_tensor(values: npt.ArrayLike, dtype: str | None = None) -> Array:
    """Make an array."""
    return np.asarray(values, dtype=dtype)


def log(values: Array) -> Array:
    """Take the natural logarithm; that of 0 is -inf."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values)  # type: ignore[no-any-return]


def log_softmax(scores: Array, axis: int = -1) -> Array:
    """Turn logits into logarithms of probabilities."""
    with np.errstate(invalid="ignore"):
        shifted = scores - np.max(scores, axis=axis, keepdims=True)
        return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))  # type: ignore[no-any-return]


def softmax(scores: Array, axis: int = -1) -> Array:
    """Turn logits into probabilities."""
    powers = np.exp(scores - np.max(scores, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)  # type: ignore[no-any-return]


def max(values: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    """Find the largest value."""
    return np.max(values, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]


def min(values: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    """Find the smallest value."""
    return np.min(values, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]


def sum(values: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    """Add up values."""
    return np.sum(values, axis=axis, keepdims=keepdims)  # type: ignore[no-any-return]


def ones(shape: Sequence[int], dtype: str = "float32") -> Array:
    """Make an array of ones."""
    return np.ones(shape, dtype)


def zeros(shape: Sequence[int], dtype: str = "float32") -> Array:
    """Make an array of zeros."""
    return np.zeros(shape, dtype)


def one_hot(places: Array, size: int) -> Array:
    """Make one-hot vectors, float32 `[..., size]`."""
    return np.equal(np.asarray(places)[..., None], np.arange(size)).astype(np.float32)


def pad(values: Array, widths: int | Sequence[Sequence[int]], constant_values: float = 0.0) -> Array:
    """Pad with a constant."""
    return np.pad(values, widths, constant_values=constant_values)


def scatter(places: Array, values: Array, shape: Sequence[int]) -> Array:
    """Add values `[N]` up at the places `[N, 1]` of a vector of zeros."""
    return np.bincount(places[:, 0], weights=values, minlength=shape[0]).astype(np.float32)


def slice_update(values: Array, start: Sequence[int], update: Array) -> Array:
    """Give a copy with a block replaced."""
    changed = values.copy()
    block = tuple(slice(begin, begin + size) for begin, size in zip(start, update.shape, strict=True))
    changed[block] = update
    return changed


def take(values: Array, places: Array | int | Sequence[int], axis: int = 0) -> Array:
    """Take entries along an axis."""
    return np.take(values, places, axis=axis)  # type: ignore[no-any-return]


def top_k(values: Array, count: int) -> tuple[Array, Array]:
    """Find the largest values of each row, in descending order, and their places; of equal ones the first."""
    if count == 1:
        places = np.argmax(values, axis=-1)[..., None]
        return np.take_along_axis(values, places, axis=-1), places.astype(np.int32)
    if values.shape[-1] > 4 * count:
        # The k-th largest value divides the row; sorting what is left is then cheap, and keeps ties in order.
        least = np.partition(values, values.shape[-1] - count, axis=-1)[..., -count][..., None]
        kept = values >= least
        most = int(kept.sum(axis=-1).max())
        candidates = np.argsort(~kept, axis=-1, kind="stable")[..., :most] if most > count else None
        if candidates is None:
            candidates = np.nonzero(kept)[-1].reshape(*values.shape[:-1], count)
        chosen = np.take_along_axis(values, candidates, axis=-1)
        order = np.argsort(-chosen, axis=-1, kind="stable")[..., :count]
        places = np.take_along_axis(candidates, order, axis=-1)
    else:
        places = np.argsort(-values, axis=-1, kind="stable")[..., :count]
    return np.take_along_axis(values, places, axis=-1), places.astype(np.int32)


def where(condition: Array, chosen: Array | np.generic | float, other: Array | np.generic | float) -> Array:
    """Choose between values; a number takes the type of the array on the other side."""
    kinds = [value.dtype for value in (chosen, other) if isinstance(value, (np.ndarray, np.generic))]
    if len(kinds) == 1:
        chosen, other = (np.asarray(value, kinds[0]) for value in (chosen, other))
    elif not kinds and isinstance(chosen, float):
        chosen, other = np.float32(chosen), np.float32(other)
    return np.where(condition, chosen, other)


def while_loop(condition: Callable[..., Nest], body: Callable[..., Nest], state: Sequence[Nest]) -> tuple[Nest, ...]:
    """Repeat while a condition holds."""
    state = tuple(state)
    while condition(*state):
        state = tuple(body(*state))
    return state
