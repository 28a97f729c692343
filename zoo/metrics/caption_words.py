"""Splits captions into words for comparison."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


def caption_words(text: str) -> list[str]:
    """Lower-case words without punctuation.

    Captioning papers tokenise with the Penn Treebank's rules and drop punctuation; this differs from it in
    contractions, which stay whole here.
    """
    return _WORD.findall(text.lower())
