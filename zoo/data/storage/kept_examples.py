"""Examples that were read when their source was checked, so that those of a small source are read and parsed once."""

from __future__ import annotations

from collections.abc import Hashable

from zoo.data.splitting.splits import Example

LIMIT = 32 << 20
"""Bytes that are kept of a source; what is beyond is read again whenever it is asked for."""

_OBJECTS = 400  # bytes of the objects around the values of an example


class KeptExamples:
    """The first examples of a source, by whatever names them, as far as a limit goes.

    Args:
        limit: bytes to keep at most; by default `LIMIT`.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._left = LIMIT if limit is None else limit
        self._examples: dict[Hashable, Example] = {}

    def put(self, key: Hashable, example: Example, size: int) -> None:
        """Keep an example where there is room.

        Args:
            key: to ask for it by, such as its line.
            example: what was read.
            size: of its values, bytes.
        """
        size += _OBJECTS
        if size <= self._left:
            self._left -= size
            self._examples[key] = example
        else:
            self._left = 0

    def get(self, key: Hashable) -> Example | None:
        """The example of a key, or None where it is not kept."""
        return self._examples.get(key)
