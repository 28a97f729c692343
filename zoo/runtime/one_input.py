"""Tells one raw input from several."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.codecs.codec import RawValue

_VECTORS = 2
_IMAGE_CHANNELS = (1, 3, 4)


def as_inputs(inputs: RawValue, codec: object) -> list[RawValue]:
    """Put a single input into a list.

    Args:
        inputs: raw inputs, or a single text, path, image or sequence of feature vectors.
        codec: of the inputs.

    Raises:
        UsageError: it is neither one input nor several.
    """
    return [inputs] if _is_one(inputs, codec) else as_list("inputs", inputs)


def as_list(name: str, values: object) -> list[RawValue]:
    """Make a list of several values.

    Raises:
        UsageError: they are not several values in an order.
    """
    if isinstance(values, (bytes, Mapping, Set)) or not hasattr(values, "__iter__"):
        raise UsageError(f"{name}: expected a list, not {type(values).__name__}")
    return list(values)


def _is_one(value: object, codec: object) -> bool:
    if isinstance(value, (str, Path)) or type(value).__module__.startswith("PIL."):
        return True
    if not isinstance(value, np.ndarray):
        return False
    from zoo.codecs import FrameCodec, ImageCodec

    if isinstance(codec, FrameCodec):
        return value.ndim == _VECTORS and value.dtype != object  # [T, D]; several are a list, or [N, T, D]
    if isinstance(codec, ImageCodec):
        return value.ndim == 2 or (value.ndim == 3 and value.shape[2] in _IMAGE_CHANNELS)
    return False
