"""Words that a model does not know are copied from the source to the text (Luong et al. 2015, arXiv:1410.8206)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from zoo.codecs.text import TextCodec

_MARK = "\ufffd"  # how codecs print the unknown token
_WORD = re.compile(r"\w")


def copy_unknown(
    text: Sequence[int], weights: np.ndarray, source: str, source_codec: TextCodec, target_codec: TextCodec
) -> str:
    """Write a text with source words in place of what the model does not know.

    A word is replaced if it is unknown itself, or if the model attends to an unknown word of the source while it writes
    it. Several words in a row that attend to the same unknown word are replaced by it once.

    Args:
        text: tokens of the text.
        weights: `[T + 1, S]`, where the model attends at each token.
        source: the text that was read.
        source_codec: of the source.
        target_codec: of the text.

    Returns:
        The text.
    """
    unknown = target_codec.unknown_id
    if unknown is None:
        return target_codec.decode(np.asarray(text, np.int64))
    words = source_codec.surface(source)
    ids = source_codec.encode(source)[: weights.shape[1]]
    origins = []  # of each token the source position that it is copied from; -1: none
    for token, row in zip(text, weights, strict=False):
        best = int(np.argmax(row[: len(ids)]))
        named = token == unknown or _WORD.search(target_codec.decode([token])) is not None
        origins.append(best if token == unknown or (named and ids[best] == source_codec.unknown_id) else -1)
    kept: list[int] = []
    copied: list[str] = []
    for origin, group in groupby(zip(origins, text, strict=True), key=lambda pair: pair[0]):
        tokens = [token for _, token in group]
        kept += tokens if origin < 0 else [unknown]
        copied += [] if origin < 0 else [words[origin]]
    # The codec puts spaces where they belong, and the mark of the unknown where a word is copied to.
    parts = target_codec.decode(np.asarray(kept, np.int64)).split(_MARK)
    if len(parts) != len(copied) + 1:  # the text itself holds such a mark
        return target_codec.decode(np.asarray(text, np.int64))
    return "".join(part + word for part, word in zip(parts, [*copied, ""], strict=True))
