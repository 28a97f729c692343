"""All sentence patterns, by what they are about."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.patterns import (
    actions,
    clock,
    food,
    languages,
    people,
    places,
    pronouns,
    questions,
    requests,
    things,
)

PATTERNS: tuple[Pattern, ...] = (
    *things.PATTERNS,
    *actions.PATTERNS,
    *pronouns.PATTERNS,
    *people.PATTERNS,
    *places.PATTERNS,
    *languages.PATTERNS,
    *food.PATTERNS,
    *clock.PATTERNS,
    *questions.PATTERNS,
    *requests.PATTERNS,
)
