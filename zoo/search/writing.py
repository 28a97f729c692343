"""From tokens that arrive a few at a time to text that can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from zoo.codecs.text import TextStream


def write(
    chunks: Iterable[Sequence[np.ndarray]], streams: Sequence[TextStream], prefix: str = ""
) -> Iterator[tuple[int, str]]:
    """Turn the tokens of several texts into characters, whole ones only.

    Args:
        chunks: new tokens of each text, as `Generator.stream` gives them.
        streams: a decoder for each text (`TextCodec.stream`).
        prefix: what every text begins with.

    Yields:
        (number of the text, piece of it).
    """
    if prefix:
        yield from ((row, prefix) for row in range(len(streams)))
    for chunk in chunks:
        for row, tokens in enumerate(chunk):
            if piece := streams[row].push(tokens):
                yield row, piece
    for row, stream in enumerate(streams):
        if piece := stream.flush():
            yield row, piece
