"""Composes English sentences with their French translations, by the pattern."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from zoo import ZooError
from zoo.data import Splits
from zoo_tasks.translation.phrasebook.held_out import split_of_sentence
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.patterns import PATTERNS
from zoo_tasks.translation.phrasebook.people import ANYBODY, NAMELESS, PRONOUNS

Word = TypeVar("Word")

_PATIENCE = 3000
"""Draws after which a pattern is taken to have no more sentences for a split."""


def compose(count_train: int = 20_000, count_validation: int = 1_000, count_test: int = 1_000, seed: int = 0) -> Splits:
    """Compose pairs of sentences, as many of each pattern.

    No sentence occurs twice, in neither language across the splits, and every validation and test sentence holds a
    combination of words that no training sentence has (see `held_out`), whatever the seeds. What is composed for
    validation and test does not depend on how much is composed for training.

    Args:
        count_train: how many pairs to train on.
        count_validation: how many pairs to validate on.
        count_test: how many pairs to test on.
        seed: of the choice of sentences.

    Returns:
        Splits of examples `{"source": English, "target": French, "pattern": name}`.

    Raises:
        ZooError: so many different sentences do not exist.
    """
    written: dict[str, str] = {}  # French -> its split
    english: set[str] = set()
    parts = {
        split: _compose_split(split, count, random.Random(f"{seed}/{split}"), english, written)
        for split, count in (("test", count_test), ("validation", count_validation), ("train", count_train))
    }
    return Splits(parts["train"], parts["validation"], parts["test"])


def count_sentences() -> int:
    """How many different English sentences all patterns make."""
    return sum(pattern.sentences() for pattern in PATTERNS)


def _compose_split(
    split: str, count: int, draw: random.Random, english: set[str], written: dict[str, str]
) -> list[dict[str, str]]:
    examples: list[dict[str, str]] = []
    productive = list(PATTERNS)
    while len(examples) < count:
        if not productive:
            raise ZooError(f"the phrasebook has {len(examples):,} sentences for {split}, not {count:,}; ask for fewer")
        # In every round another order, so that a last round that is cut off favours no pattern.
        draw.shuffle(productive)
        for pattern in list(productive[: count - len(examples)]):
            example = _new_example(pattern, split, draw, english, written)
            if example is None:
                productive.remove(pattern)
            else:
                examples.append(example)
    draw.shuffle(examples)
    return examples


def _new_example(
    pattern: Pattern, split: str, draw: random.Random, english: set[str], written: dict[str, str]
) -> dict[str, str] | None:
    """A sentence that has not been written yet; None where none turns up."""
    for _ in range(_PATIENCE):
        fillers = {slot: _choose(words, draw) for slot, words in pattern.slots.items()}
        short = pattern.shortens and draw.random() < 0.5
        if not pattern.allows(fillers) or split_of_sentence(fillers) != split:
            continue
        source, target = pattern.sentence(fillers, short)
        if source in english or written.get(target, split) != split:
            continue
        english.add(source)
        written[target] = split
        return {"source": source, "target": target, "pattern": pattern.name}
    return None


def _choose(words: Sequence[Word], draw: random.Random) -> Word:
    """One of the words; a pronoun half of the time where there are names and nouns too, as there are few pronouns."""
    if words is ANYBODY or words is NAMELESS:
        words = draw.choice((PRONOUNS, words[len(PRONOUNS) :]))
    return draw.choice(words)
