"""CIDEr-D: how well a caption matches what people say about this image, and not about others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from zoo.metrics.caption_bleu import ngrams
from zoo.metrics.caption_words import caption_words
from zoo.metrics.references import References, listed

_ORDER = 4
_SIGMA = 6.0
Ngram = tuple[str, ...]


def cider_d(hypotheses: Sequence[str], references: References) -> float:
    """CIDEr-D (Vedantam, Zitnick, Parikh 2015, arXiv:1411.5726).

    The mean over n-grams of one to four words, and over references, of the cosine between weighted counts, those of the
    hypothesis clipped to the reference's, times a penalty exp(-d^2 / 2 / 6^2) for a difference d of lengths. An n-gram
    weighs the logarithm of the number of images over the number of those whose references have it; so the value
    depends on the whole set, and is 0 for a single image.

    Args:
        hypotheses: one caption per image.
        references: of each image.

    Returns:
        0 to 10; people reach about 1 on common data sets.
    """
    found = [[caption_words(one) for one in texts] for texts in listed(hypotheses, references)]
    images: Counter[Ngram] = Counter()
    for texts in found:
        images.update({ngram for words in texts for size in range(_ORDER) for ngram in ngrams(words, size + 1)})
    weights = {ngram: math.log(len(found) / count) for ngram, count in images.items()}
    unseen = math.log(len(found))  # an n-gram that no reference has only lengthens the hypothesis' vector
    scores = []
    for text, texts in zip(hypotheses, found, strict=True):
        words = caption_words(text)
        of_references = [_similarity(words, one, weights, unseen) for one in texts]
        scores.append(10 * sum(of_references) / len(of_references))
    return sum(scores) / len(scores)


def _similarity(words: list[str], reference: list[str], weights: Mapping[Ngram, float], unseen: float) -> float:
    total = 0.0
    for size in range(1, _ORDER + 1):
        mine = {ngram: count * weights.get(ngram, unseen) for ngram, count in ngrams(words, size).items()}
        theirs = {ngram: count * weights[ngram] for ngram, count in ngrams(reference, size).items()}
        product = sum(min(mine[ngram], value) * value for ngram, value in theirs.items() if ngram in mine)
        lengths = math.hypot(*mine.values()) * math.hypot(*theirs.values())
        total += product / lengths if lengths else 0.0
    return total / _ORDER * math.exp(-((len(words) - len(reference)) ** 2) / (2 * _SIGMA**2))
