"""The score of one caption for all images: a baseline for every captioner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from zoo.metrics.caption_bleu import ngrams
from zoo.metrics.caption_words import caption_words
from zoo.metrics.references import References, listed

_ORDER = 4


def constant_caption(references: References) -> str:
    """Choose the reference with the highest BLEU-4 as the caption of every image.

    It is chosen on the test references themselves; a captioner that does not beat it has learned nothing about images.

    Args:
        references: of each image.

    Returns:
        One of them.
    """
    texts = listed([""] * len(references), references)
    words = [[caption_words(text) for text in of_image] for of_image in texts]
    # In how many images an n-gram occurs: how often a constant caption gets it right.
    having: Counter[tuple[str, ...]] = Counter()
    for of_image in words:
        having.update({gram for text in of_image for size in range(_ORDER) for gram in ngrams(text, size + 1)})
    lengths = [sorted({len(text) for text in of_image}) for of_image in words]
    wanted = {length: _nearest(lengths, length) for length in {length for some in lengths for length in some}}
    candidates = {
        text: cut for some, cuts in zip(texts, words, strict=True) for text, cut in zip(some, cuts, strict=True)
    }
    return max(candidates, key=lambda text: (_score(candidates[text], having, wanted, len(texts)), text))


def _nearest(lengths: Sequence[Sequence[int]], length: int) -> int:
    """Return the sum of the reference lengths nearest to a length."""
    return sum(min(some, key=lambda one: (abs(one - length), one)) for some in lengths)


def _score(words: Sequence[str], having: Counter[tuple[str, ...]], wanted: dict[int, int], images: int) -> float:
    """Return the logarithm of BLEU-4 of a constant caption without repeated words."""
    if len(words) < _ORDER:
        return -math.inf
    logarithm = 0.0
    for size in range(1, _ORDER + 1):
        grams = ngrams(words, size)
        logarithm += math.log(sum(having[gram] for gram in grams) / (images * (len(words) - size + 1))) / _ORDER
    return logarithm + min(0.0, 1 - wanted[len(words)] / (images * len(words)))
