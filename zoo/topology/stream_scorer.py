"""Scores a text of any length with a language model, line by line, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from zoo.search.limits import NotFiniteError
from zoo.topology.scored_text import ScoredText

if TYPE_CHECKING:
    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import TextCodec
    from zoo.codecs.document import Document
    from zoo.topology.inference import Inference

WINDOW = 256
"""Tokens that the model reads at a time."""


def score_lines(inference: Inference, codec: TextCodec, document: Document) -> Iterator[ScoredText]:
    """Score the lines of a document, each given all that comes before it.

    The first token follows a line end, as at the beginning of a text that the model writes.

    Args:
        inference: a language model.
        codec: of its text.
        document: of any size.

    Yields:
        The lines in order.
    """
    stream, tokens, shown, number = codec.stream(), list[tuple[str, float]](), "", 0
    ids = (index for chunk in codec.encode_document(document) for index in chunk.ids.tolist())
    for index, value in _scored(inference, codec, ids):
        text = stream.push([index])
        tokens.append((codec.decode([index]), value))
        shown += text
        if text.endswith("\n"):
            number += 1
            yield ScoredText(number, shown[:-1], "", tuple(tokens), len(shown))
            tokens, shown = [], ""
    shown += stream.flush()
    if tokens:
        yield ScoredText(number + 1, shown, "", tuple(tokens), len(shown))


def _scored(inference: Inference, codec: TextCodec, ids: Iterable[int]) -> Iterator[tuple[int, float]]:
    """Each token with its log-probability after those before it."""

    def read(tokens: Tensor, following: Tensor, states: Nest) -> tuple[Tensor, Nest]:
        from keras import ops

        logits, states = inference.model(tokens, states=states, training=False)  # [1, T, V]
        scores = ops.log_softmax(ops.cast(logits, "float32"))
        return ops.take_along_axis(scores, following[..., None], axis=-1)[0, :, 0], states  # [T]

    function = inference.function("score lines", read)
    states = inference.model.start(1)
    before = int(codec.encode("\n")[-1]) if len(codec.encode("\n")) else 0
    window: list[int] = []

    def scored() -> Iterator[tuple[int, float]]:
        nonlocal states, before
        tokens = np.zeros((1, WINDOW), np.int32)
        following = np.zeros((1, WINDOW), np.int32)
        tokens[0, : len(window)] = [before, *window[:-1]]
        following[0, : len(window)] = window
        logs, states = function(tokens, following, states)
        found = np.asarray(logs)[: len(window)]
        if not np.isfinite(found).all():
            raise NotFiniteError
        before = window[-1]
        yield from zip(window, found.tolist(), strict=True)

    for index in ids:
        window.append(index)
        if len(window) == WINDOW:
            yield from scored()
            window = []
    if window:
        yield from scored()
