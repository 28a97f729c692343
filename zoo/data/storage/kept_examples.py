"""Keeps examples from the first pass over a source, so that a small source is parsed only once."""

from __future__ import annotations

from collections.abc import Hashable

from zoo.data.splitting.splits import Example

LIMIT = 32 << 20
"""Maximum bytes to keep of a source; other examples are read again on demand."""

_OBJECTS = 400  # bytes of overhead per example


class KeptExamples:
    """The first examples of a source by key, up to a size limit.

    Args:
        limit: maximum bytes to keep; by default `LIMIT`.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._left = LIMIT if limit is None else limit
        self._examples: dict[Hashable, Example] = {}

    def put(self, key: Hashable, example: Example, size: int) -> None:
        """Keep an example if there is room.

        Args:
            key: such as its line.
            example: to keep.
            size: of its values, bytes.
        """
        size += _OBJECTS
        if size <= self._left:
            self._left -= size
            self._examples[key] = example
        else:
            self._left = 0

    def get(self, key: Hashable) -> Example | None:
        """Return the example with a key, or None if it was not kept."""
        return self._examples.get(key)
