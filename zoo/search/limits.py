"""Numbers that callers pass to a search: finite and in range, or refused in one line."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from numbers import Real

import numpy as np

from zoo.errors import UsageError, ZooError

MAX_LENGTH = 1_000_000
"""The largest number of tokens that one search generates."""
MAX_BATCH = 1 << 20
"""Texts that are searched for together, at most."""


class NotFiniteError(ZooError):
    """A model predicts numbers that are not finite."""

    def __init__(self) -> None:
        super().__init__("the model predicts numbers that are not finite (NaN)")


def check_number(name: str, value: object, least: float, most: float) -> float:
    """Check a number.

    Args:
        name: of the option, for the message.
        value: what the caller passed.
        least: the smallest value allowed.
        most: the largest value allowed.

    Returns:
        The number.

    Raises:
        UsageError: it is not a finite number, or out of range.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise UsageError(f"{name}={value!r}: it must be a number")
    number = _as_float(value)
    if not math.isfinite(number):
        raise UsageError(f"{name}={value}: it must be a finite number")
    if least == 0 and most == 1 and not 0 <= number <= 1:
        raise UsageError(f"{name}={value}: it must be from 0 to 1")
    if number < least:
        raise UsageError(f"{name}={value}: it must be at least {least:g}")
    if number > most:
        raise UsageError(f"{name}={value}: it must be at most {most:,g}")
    return number


def check_whole(name: str, value: object, least: int, most: int) -> int:
    """Check a whole number (see `check_number`)."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise UsageError(f"{name}={value!r}: it must be a whole number")
    number = _as_float(value)
    if not math.isfinite(number) or number != math.floor(number):
        raise UsageError(f"{name}={value}: it must be a whole number")
    if number < least:
        raise UsageError(f"{name}={value}: it must be at least {least}")
    if number > most:
        raise UsageError(f"{name}={value}: it must be at most {most:,}")
    return int(number)


def set_whole(options: object, field: str, least: int, most: int, name: str | None = None) -> None:
    """Check a field of a frozen dataclass, and make `3.0` the whole number that it is.

    Args:
        options: the dataclass.
        field: its name.
        least: the smallest value allowed.
        most: the largest value allowed.
        name: for the message, where it is not that of the field.
    """
    object.__setattr__(options, field, check_whole(name or field, getattr(options, field), least, most))


def check_tokens(tokens: Sequence[int] | np.ndarray, what: str, vocabulary: int | None = None) -> np.ndarray:
    """Check the token ids of a text.

    Args:
        tokens: whole numbers from 0.
        what: names the text in the message, such as `prime 3`.
        vocabulary: V; None where it is not known yet.

    Returns:
        int32 `[n]`.

    Raises:
        UsageError: an id is not a whole number, or outside the vocabulary.
    """
    most = (1 << 31) - 1 if vocabulary is None else vocabulary - 1
    if isinstance(tokens, np.ndarray) and tokens.ndim == 1 and np.issubdtype(tokens.dtype, np.integer):
        wrong = tokens[(tokens < 0) | (tokens > most)]
        if not len(wrong):
            return tokens.astype(np.int32)
    for token in tokens:
        if isinstance(token, bool | np.bool_) or not isinstance(token, int | np.integer):
            raise UsageError(f"{what} holds {token!r}; a token is a whole number")
        if not 0 <= token <= most:
            known = "tokens start at 0" if vocabulary is None else f"the tokens are 0 to {most}"
            raise UsageError(f"{what} holds token {token}; {known}")
    return np.array([int(token) for token in tokens], np.int32)


def check_lengths(lengths: object, count: int) -> np.ndarray:
    """Check the maximum lengths of texts.

    Args:
        lengths: one for all texts, or one a text.
        count: how many texts there are.

    Returns:
        int32 `[count]`.

    Raises:
        UsageError: a length is out of range, or there are not as many as texts.
    """
    one = lengths.ndim != 1 if isinstance(lengths, np.ndarray) else isinstance(lengths, str | bytes)
    if isinstance(lengths, Sequence | np.ndarray) and not one:
        if len(lengths) != count:
            raise UsageError(f"{len(lengths)} lengths for {count} texts: there must be one for all or one per text")
        return np.array([check_whole("length", length, 0, MAX_LENGTH) for length in lengths], np.int32)
    length = lengths.item() if isinstance(lengths, np.ndarray) and lengths.ndim == 0 else lengths
    return np.full(count, check_whole("length", length, 0, MAX_LENGTH), np.int32)


def check_seeds(seeds: Sequence[int] | None, count: int) -> np.ndarray:
    """Check the seeds of texts.

    Args:
        seeds: any whole numbers, one a text; None: 0, 1, 2 and so on.
        count: how many texts there are.

    Returns:
        int32 `[count]`; numbers of more than 32 bits are hashed.

    Raises:
        UsageError: a seed is not a whole number, or there are not as many as texts.
    """
    if seeds is None:
        return np.arange(count, dtype=np.int32)
    if len(seeds) != count:
        raise UsageError(f"{len(seeds)} seeds for {count} texts: there must be one per text")
    found = np.zeros(count, np.uint32)
    for place, seed in enumerate(seeds):
        if isinstance(seed, bool | np.bool_) or not isinstance(seed, int | np.integer):
            raise UsageError(f"seed {seed!r}: it must be a whole number")
        found[place] = _fold(int(seed))
    return found.view(np.int32)


def _as_float(value: Real) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf


def _fold(seed: int) -> int:
    """A seed of any size in 32 bits; seeds that fit stay themselves."""
    if -(1 << 31) <= seed < 1 << 32:
        return seed % (1 << 32)
    return zlib.crc32(str(seed).encode())
