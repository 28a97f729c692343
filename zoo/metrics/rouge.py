"""ROUGE-L: the longest common subsequence of words."""

from __future__ import annotations

from collections.abc import Sequence

from zoo.metrics.caption_words import caption_words
from zoo.metrics.references import References, listed

_BETA = 1.2  # as in captioning papers: recall counts more


def rouge_l(hypotheses: Sequence[str], references: References) -> float:
    """Mean ROUGE-L (Lin 2004, https://aclanthology.org/W04-1013).

    With several references, the best precision and the best recall are used, as in captioning papers.

    Args:
        hypotheses: captions.
        references: for each hypothesis.

    Returns:
        0 to 1.
    """
    found = listed(hypotheses, references)
    scores = []
    for text, texts in zip(hypotheses, found, strict=True):
        words = caption_words(text)
        others = [caption_words(one) for one in texts]
        common = [longest_common(words, one) for one in others]
        precision = max(common) / len(words) if words else 0.0
        recall = max(count / len(one) if one else 0.0 for count, one in zip(common, others, strict=True))
        weighted = recall + _BETA**2 * precision
        scores.append((1 + _BETA**2) * precision * recall / weighted if weighted else 0.0)
    return sum(scores) / len(scores)


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for one in first:
        before = row
        row = [0]
        for place, other in enumerate(second):
            row.append(before[place] + 1 if one == other else max(row[-1], before[place + 1]))
    return row[-1]
