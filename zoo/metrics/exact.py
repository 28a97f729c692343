"""The share of exact matches."""

from __future__ import annotations

from collections.abc import Sequence

from zoo.metrics.references import References, listed


def exact_match(hypotheses: Sequence[str], references: References) -> float:
    """Share of hypotheses that equal one of their references, ignoring differences in white space.

    Args:
        hypotheses: texts.
        references: for each hypothesis.

    Returns:
        0 to 1.
    """
    found = listed(hypotheses, references)
    pairs = zip(hypotheses, found, strict=True)
    return sum(_plain(one) in map(_plain, right) for one, right in pairs) / len(found)


def _plain(text: str) -> str:
    return " ".join(text.split())
