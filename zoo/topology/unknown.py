"""Finds parts of inputs that are unknown to the model."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.topology.answer import Answer

LISTED = 10


class UnknownWarning(UserWarning):
    """An input holds words or characters that the model has never seen."""


def unknown_in(codec: Codec, value: RawValue) -> list[str]:
    """List the words, or characters, of a text that a codec has not learned; nothing for other values."""
    found = getattr(codec, "unknown", None)
    return list(found(value)) if found is not None and isinstance(value, str) else []


def warn_of_unknown(inputs: Sequence[Iterable[str]]) -> None:
    """Warn of what the model has never seen.

    Args:
        inputs: the unknown parts of each input.
    """
    words = list(dict.fromkeys(word for unknown in inputs for word in unknown))
    if not words:
        return
    listed = ", ".join(repr(word) for word in words[:LISTED])
    more = f" and {len(words) - LISTED} more" if len(words) > LISTED else ""
    warnings.warn(
        f"the model has never seen {listed}{more}; it reads the unknown token instead",
        UnknownWarning,
        stacklevel=3,
    )


def warn_of_answers(answers: Sequence[Answer]) -> None:
    """Warn of what answers say in `unknown`."""
    warn_of_unknown([answer.details.get("unknown", ()) for answer in answers])
