"""Which combinations of words are held out, and so which split a sentence belongs to.

Two words of a sentence make a combination where `COMBINATIONS` lists their kinds: an adjective and a noun, a person and
a country. A hash of the two words alone decides whether the combination is for training, for validation or for test,
the same for every pattern and every seed. A sentence belongs

- to train, where all of its combinations are for training;
- to validation, where at least one is for validation and none is for test;
- to test, where at least one is for test and none is for validation.

The others are written nowhere. So no training sentence holds a combination of validation or test, and every sentence of
validation and test holds at least one that no training sentence has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from zoo_tasks.translation.phrasebook.words import Lexeme

Combination = tuple[str, str, str, str]
"""Kind and word, kind and word, in alphabetical order."""

HELD_OUT = 0.05
"""Share of the combinations that is held out for validation, and again for test."""

COMBINATIONS = frozenset(
    {
        ("adjective", "noun"),
        ("adjective", "person"),
        ("currency", "number"),
        ("date", "noun"),
        ("date", "person"),
        ("food", "food"),
        ("food", "number"),
        ("food", "person"),
        ("food", "place"),
        ("food", "verb"),
        ("game", "person"),
        ("language", "person"),
        ("month", "noun"),
        ("month", "place"),
        ("noun", "noun"),
        ("noun", "number"),
        ("noun", "place"),
        ("noun", "time"),
        ("noun", "verb"),
        ("number", "person"),
        ("person", "place"),
        ("person", "profession"),
        ("person", "sensation"),
        ("person", "verb"),
        ("place", "place"),
        ("place", "season"),
        ("pronoun", "verb"),
        ("time", "verb"),
        ("verb", "verb"),
    }
)
"""Pairs of kinds, in alphabetical order."""


def combinations(fillers: Mapping[str, Lexeme]) -> list[Combination]:
    """The combinations of a sentence.

    Args:
        fillers: slot -> what fills it.

    Returns:
        For each two words of listed kinds: kind and word, kind and word, in alphabetical order.
    """
    words = sorted((filler.kind, filler.en) for filler in fillers.values())
    return [
        (*first, *second)
        for place, first in enumerate(words)
        for second in words[place + 1 :]
        if tuple(sorted((first[0], second[0]))) in COMBINATIONS
    ]


@lru_cache(maxsize=1 << 17)
def split_of(combination: Combination) -> str:
    """The split that a combination is for: `train`, `validation` or `test`."""
    digest = hashlib.sha256("/".join(combination).encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    if share < HELD_OUT:
        return "test"
    return "validation" if share < 2 * HELD_OUT else "train"


def split_of_sentence(fillers: Mapping[str, Lexeme]) -> str | None:
    """The split that a sentence belongs to; None where it belongs to none."""
    splits = {split_of(combination) for combination in combinations(fillers)}
    splits.discard("train")
    if len(splits) > 1:
        return None
    return splits.pop() if splits else "train"
