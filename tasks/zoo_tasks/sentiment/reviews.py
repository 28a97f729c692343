"""The default reviews: composed, so that negation, contrast and degree decide what a review says, not its words."""

from __future__ import annotations

import random

from zoo.data import Splits, split_share
from zoo_tasks.sentiment.review_sentences import compose_review

LABELS = ("negative", "positive")
HELD_OUT = 0.1
"""Share of the pairs of a frame and a word that only the test split has, and again that only validation has."""

_SHORTEST, _LONGEST = 5, 40  # words


def reviews(train: int = 12_000, validation: int = 1_000, test: int = 2_000, seed: int = 0) -> Splits:
    """Compose short reviews of films, books, restaurants, hotels and gadgets.

    A word of praise or blame stands as often in a negative review as in a positive one: half of the clauses turn their
    word round ("nobody I know would call the soup bland"), and of two clauses that disagree the last or the main one
    decides ("even though the waiter was rude, ..."). Each pair of such a frame and a word belongs to one split, the
    same for every seed, and a review has pairs of its own split only; so what is tested is never what was learnt.

    Args:
        train: how many reviews to learn from.
        validation: how many to validate on.
        test: how many to test on.
        seed: of the draws.

    Returns:
        Splits of examples `{"source": text, "target": "positive" or "negative"}`, as many of the one as of the other,
        no review twice.
    """
    return Splits(
        _compose("train", train, seed), _compose("validation", validation, seed), _compose("test", test, seed)
    )


def part_of_pair(pair: tuple[str, str]) -> str:
    """The split that a pair of a frame and a word belongs to."""
    share = split_share("/".join(pair), salt="reviews")
    return "test" if share < HELD_OUT else "validation" if share < 2 * HELD_OUT else "train"


def _compose(part: str, count: int, seed: int) -> list[dict[str, str]]:
    draw = random.Random(f"reviews {seed} {part}")
    verdicts: dict[tuple[str, str], bool] = {}

    def allowed(pair: tuple[str, str]) -> bool:
        if pair not in verdicts:
            verdicts[pair] = part_of_pair(pair) == part
        return verdicts[pair]

    found: dict[str, str] = {}
    while len(found) < count:
        label = LABELS[len(found) % 2]
        text, _ = compose_review(draw, label == "positive", allowed)
        if _SHORTEST <= len(text.split()) <= _LONGEST:
            found.setdefault(text, label)
    return [{"source": text, "target": label} for text, label in found.items()]
