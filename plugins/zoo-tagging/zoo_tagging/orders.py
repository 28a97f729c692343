"""Composed orders with entities: quantities, products, people and places. Learned, every entity is found."""

from __future__ import annotations

import random

from zoo.data import Splits

QUANTITIES = ["two", "three", "a dozen", "forty", "half a pound of", "six boxes of"]
PRODUCTS = ["apples", "green tea", "paper", "red wine", "copper wire", "oak boards", "white paint", "nails"]
PEOPLE = ["Anna", "Mr. Brown", "Grace Hopper", "Otto", "Mrs. van Dyck", "Wu Li", "Captain Nemo"]
PLACES = ["Paris", "New York", "the harbour", "Old Town", "Lake Street", "Rome"]
PATTERNS = [
    "{person} wants {quantity} {product} in {place} .",
    "please send {quantity} {product} to {person} , {place} .",
    "{person} and {person} left {place} without {product} .",
    "we have {quantity} {product} for {person} .",
    "is {person} in {place} ?",
]
KINDS = {"quantity": QUANTITIES, "product": PRODUCTS, "person": PEOPLE, "place": PLACES}


def orders(seed: int, count: int = 1500) -> Splits:
    """Compose sentences with labels: `B-person`, `I-person`, `O`.

    Args:
        seed: of the random choices.
        count: of the training sentences.
    """
    draw = random.Random(seed)
    made = [_compose(draw) for _ in range(count + 400)]
    return Splits(made[400:], made[:200], made[200:400])


def _compose(draw: random.Random) -> dict[str, list[str]]:
    words: list[str] = []
    labels: list[str] = []
    for word in draw.choice(PATTERNS).split():
        kind = word.strip("{}")
        if kind not in KINDS:
            words.append(word)
            labels.append("O")
            continue
        found = draw.choice(KINDS[kind]).split()
        words += found
        labels += [f"B-{kind}", *[f"I-{kind}"] * (len(found) - 1)]
    return {"source": words, "target": labels}
