"""BLEU-1 to BLEU-4 as captioning papers report them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from zoo.metrics.caption_words import caption_words
from zoo.metrics.references import References, listed


def caption_bleu(hypotheses: Sequence[str], references: References, order: int = 4) -> list[float]:
    """BLEU of a corpus of captions for n-grams up to 1, up to 2, ... (Papineni et al. 2002).

    Words are lower-case and without punctuation. Counts are clipped to the maximum over references. The brevity penalty
    uses the nearest reference length, the shorter one on a tie. There is no smoothing. For translation use
    `zoo.metrics.bleu`, whose values have a signature.

    Args:
        hypotheses: captions.
        references: for each hypothesis.
        order: the longest n-grams.

    Returns:
        `order` values, 0 to 100: BLEU-1, BLEU-2, ...
    """
    found = listed(hypotheses, references)
    right, total = [0] * order, [0] * order
    length = wanted = 0
    for text, texts in zip(hypotheses, found, strict=True):
        words = caption_words(text)
        others = [caption_words(one) for one in texts]
        length += len(words)
        wanted += min((abs(len(one) - len(words)), len(one)) for one in others)[1]
        for size in range(order):
            counts = ngrams(words, size + 1)
            most: Counter[tuple[str, ...]] = Counter()
            for one in others:
                most |= ngrams(one, size + 1)
            right[size] += sum((counts & most).values())
            total[size] += sum(counts.values())
    penalty = 0.0 if not length else min(0.0, 1 - wanted / length)
    values = []
    logarithm = 0.0
    for size in range(order):
        logarithm += math.log(right[size] / total[size]) if right[size] else -math.inf
        values.append(100 * math.exp(penalty + logarithm / (size + 1)) if length else 0.0)
    return values


def ngrams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    """Count each n-gram."""
    return Counter(tuple(words[place : place + size]) for place in range(len(words) - size + 1))
