"""Whole reviews: clauses that agree, or of which the last or the main one decides."""

from __future__ import annotations

import random
from collections.abc import Callable

from zoo_tasks.sentiment.review_clauses import Clause, draw_clause, draw_phrase
from zoo_tasks.sentiment.review_words import DOMAINS, Domain

# {side} is outweighed by {main}. Those with a capital begin a sentence of their own.
CONTRASTS = (
    "{side}, but {main}",
    "{side}, yet {main}",
    "{Side}. Still, {main}",
    "{Side}. Even so, {main}",
    "{Side}; all the same, {main}",
    "it is true that {side}, but {main}",
    "although {side}, {main}",
    "even though {side}, {main}",
    "despite the fact that {side}, {main}",
    "{main}, although {side}",
    "{main}, even though {side}",
    "{main}, despite the fact that {side}",
    "{main}, and it does not matter that {side}",
)
PHRASE_CONTRASTS = (
    "despite {side}, {main}",
    "{main}, despite {side}",
    "{main}, in spite of {side}",
    "leaving aside {side}, {main}",
    "not even {side} can change the fact that {main}",
    "{main}, and not even {side} can change that",
)
AGREEMENTS = (
    "{main}, and {side}",
    "{Main}. {Side}",
    "{Main}. What is more, {side}",
    "{Main}; besides, {side}",
    "{Main}. In addition, {side}",
)
WHOLE = frozenset({"{Side}. Still, {main}", "{Side}. Even so, {main}", *AGREEMENTS[1:]})
"""Joints between clauses that stand on their own, so that any frame may be used."""


def compose_review(
    draw: random.Random, praise: bool, allowed: Callable[[tuple[str, str]], bool]
) -> tuple[str, list[tuple[str, str]]]:
    """Compose one review.

    Args:
        draw: of random numbers.
        praise: whether it is to be positive.
        allowed: whether a frame and a word may be used together.

    Returns:
        The text, and the pairs of frame and word in it.
    """
    while True:
        domain = draw.choice(DOMAINS)
        composed = _compose(draw, domain, praise, allowed)
        if composed is None:
            continue
        text, clauses = composed
        opening = f"{draw.choice(domain.openings)} " if draw.random() < 0.4 else ""
        return f"{opening}{_capital(text)}.", [clause.pair for clause in clauses]


def _compose(
    draw: random.Random, domain: Domain, praise: bool, allowed: Callable[[tuple[str, str]], bool]
) -> tuple[str, list[Clause]] | None:
    thing = draw.choice(domain.things)
    chance = draw.random()
    if chance < 0.3:
        clause = draw_clause(draw, domain, thing, praise, allowed)
        return (clause.text, [clause]) if clause else None
    agree = chance >= 0.85
    phrase = 0.3 <= chance < 0.5
    joint = draw.choice(AGREEMENTS if agree else PHRASE_CONTRASTS if phrase else CONTRASTS)
    inside = joint not in WHOLE
    main = draw_clause(draw, domain, thing, praise, allowed, inside=inside)
    if main is None:
        return None
    if phrase:
        side = draw_phrase(draw, domain, not praise, allowed, main)
    else:
        side = draw_clause(draw, domain, thing, praise == agree, allowed, other=main, inside=inside)
    return (_join(joint, main, side), [main, side]) if side else None


def _join(joint: str, main: Clause, side: Clause) -> str:
    return joint.format(main=main.text, side=side.text, Main=_capital(main.text), Side=_capital(side.text))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
