"""Held-out passages for a look into a language model: as many tokens each, from as many documents as possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from zoo.codecs import TextCodec
    from zoo.data.splitting.splits import Examples

PASSAGES = 8
LENGTH = 1600
"""Tokens of a passage."""
PER_DOCUMENT = 3
"""Passages of a document, where there are enough documents."""
_PIECE = 12_000  # characters read at a time


@dataclass(frozen=True)
class Passages:
    """Passages of a text.

    Attributes:
        tokens: int32 `[B, T]`.
        texts: of each token, B lists of T.
    """

    tokens: np.ndarray
    texts: list[list[str]]


def cut_passages(codec: TextCodec, examples: Examples, count: int = PASSAGES, length: int = LENGTH) -> Passages | None:
    """Take passages from documents, a few from each.

    Args:
        codec: of the text.
        examples: with documents as `target`.
        count: B, at most.
        length: T, at most; a shorter text gives shorter passages.

    Returns:
        The passages; None if there is no text.
    """
    found: list[np.ndarray] = []
    longest = np.zeros(0, np.int32)
    most = max(PER_DOCUMENT, -(-count // max(1, len(examples))))
    for document in examples:
        taken = 0
        for text in _pieces(document["target"]):
            tokens = np.asarray(codec.encode(text), np.int32)
            longest = tokens if len(tokens) > len(longest) else longest
            for start in range(0, len(tokens) - length + 1, length):
                if taken < most:
                    found.append(tokens[start : start + length])
                    taken += 1
            if taken >= most:
                break
        if len(found) >= count:
            break
    if not found:
        if len(longest) < 2:
            return None
        rows = max(1, min(count, len(longest) // 200))
        found = [part[: len(longest) // rows] for part in np.array_split(longest, rows)]
    tokens = np.stack(found[:count])
    return Passages(tokens, [token_texts(codec, row) for row in tokens])


def token_texts(codec: TextCodec, tokens: np.ndarray) -> list[str]:
    """Return what each token of a sequence adds to its text."""
    stream = codec.stream()
    return [stream.push([int(token)]) for token in tokens]


def _pieces(document: object) -> Iterator[str]:
    """Read a document some thousand characters at a time, from line beginnings."""
    if isinstance(document, str):
        yield from (document[start : start + _PIECE] for start in range(0, len(document), _PIECE))
        return
    rest = ""
    for chunk in document.chunks():  # type: ignore[attr-defined]
        rest += chunk
        while len(rest) >= _PIECE:
            yield rest[:_PIECE]
            rest = rest[_PIECE:].partition("\n")[2] or rest[_PIECE:]
    yield rest
