"""What a caption reaches that is the same for all images: the floor under every captioner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from zoo.metrics.caption_bleu import ngrams
from zoo.metrics.caption_words import caption_words
from zoo.metrics.references import References, listed

_ORDER = 4


def constant_caption(references: References) -> str:
    """Choose the reference that would have the highest BLEU-4 if it were said of every image.

    It is chosen by the very texts that it is measured with, so a captioner that does not beat it says nothing of its
    images.

    Args:
        references: of each image.

    Returns:
        One of them.
    """
    texts = listed([""] * len(references), references)
    words = [[caption_words(text) for text in of_image] for of_image in texts]
    # How many images have an n-gram: said of all of them, a caption is right so often with it.
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
    """The sum of the reference lengths nearest to a length."""
    return sum(min(some, key=lambda one: (abs(one - length), one)) for some in lengths)


def _score(words: Sequence[str], having: Counter[tuple[str, ...]], wanted: dict[int, int], images: int) -> float:
    """The logarithm of BLEU-4 of a caption that is said of all images, if it has no word twice."""
    if len(words) < _ORDER:
        return -math.inf
    logarithm = 0.0
    for size in range(1, _ORDER + 1):
        grams = ngrams(words, size)
        logarithm += math.log(sum(having[gram] for gram in grams) / (images * (len(words) - size + 1))) / _ORDER
    return logarithm + min(0.0, 1 - wanted[len(words)] / (images * len(words)))
