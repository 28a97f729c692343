"""When, where and how much: phrases that stand at the same or at another place in the two languages."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import french
from zoo_tasks.translation.phrasebook.names import DAYS
from zoo_tasks.translation.phrasebook.nouns import FURNITURE, ROOMS
from zoo_tasks.translation.phrasebook.words import Phrase


def _phrases(table: str, kind: str) -> tuple[Phrase, ...]:
    """Read lines of `English: French`."""
    pairs = (line.strip().split(": ") for line in table.strip().splitlines())
    return tuple(Phrase(english, translation, kind) for english, translation in pairs)


PAST = _phrases(
    """
    yesterday: hier
    this morning: ce matin
    last night: hier soir
    last week: la semaine dernière
    last month: le mois dernier
    last year: l'année dernière
    last summer: l'été dernier
    """,
    "when",
) + tuple(Phrase(f"last {day.en}", f"{day.fr} dernier", "when") for day in DAYS)

PAST_DAYS = tuple(phrase for phrase in PAST if phrase.en.endswith(("day", "morning", "night")))

FUTURE = _phrases(
    """
    tomorrow: demain
    this evening: ce soir
    next week: la semaine prochaine
    next month: le mois prochain
    next year: l'année prochaine
    next summer: l'été prochain
    tomorrow morning: demain matin
    """,
    "when",
) + tuple(Phrase(f"next {day.en}", f"{day.fr} prochain", "when") for day in DAYS)

FUTURE_DAYS = tuple(phrase for phrase in FUTURE if phrase.en == "tomorrow" or phrase.en.endswith("day"))

HABIT = _phrases(
    """
    every day: tous les jours
    every summer: tous les étés
    every winter: tous les hivers
    every month: tous les mois
    every evening: tous les soirs
    every week: toutes les semaines
    every year: tous les ans
    in the morning: le matin
    at the weekend: le week-end
    """,
    "when",
) + tuple(Phrase(f"on {day.en}s", f"le {day.fr}", "when") for day in DAYS)

ON_DAYS = tuple(phrase for phrase in HABIT if phrase.en not in ("every evening", "in the morning"))
"""Habits that agree with any time of day."""

EVERY = tuple(phrase for phrase in HABIT if phrase.en.startswith("every"))

REGULAR = tuple(phrase for phrase in HABIT if phrase not in EVERY)
"""Habits that may be denied without doubt about what is denied."""

SEASONAL = tuple(phrase for phrase in EVERY if phrase.en.endswith(("summer", "winter", "month", "year")))

NOW = _phrases(
    """
    today: aujourd'hui
    this morning: ce matin
    now: maintenant
    this week: cette semaine
    """,
    "when",
)

OFTEN = _phrases(
    """
    often: souvent
    always: toujours
    sometimes: parfois
    rarely: rarement
    """,
    "frequency",
)
"""Before the English verb, after the French one."""

DEGREES = _phrases(
    """
    very: très
    too: trop
    so: si
    really: vraiment
    """,
    "degree",
)

_POSITIONS = (
    ("on", "sur"),
    ("under", "sous"),
    ("behind", "derrière"),
    ("in front of", "devant"),
    ("next to", "à côté de"),
)

SPOTS = tuple(
    Phrase(f"{position} the {noun.en}", f"{position_fr} {french.le(noun)}", "spot")
    for position, position_fr in _POSITIONS
    for noun in FURNITURE
)
"""`under the bed`."""

IN_ROOMS = tuple(Phrase(f"in the {noun.en}", f"dans {french.le(noun)}", "room") for noun in ROOMS)

DIRECTIONS = _phrases(
    """
    opposite: en face de
    next to: à côté de
    near: près de
    far from: loin de
    behind: derrière
    in front of: devant
    to the left of: à gauche de
    to the right of: à droite de
    """,
    "direction",
)

AMOUNTS = _phrases(
    """
    a lot of: beaucoup de
    too many: trop de
    enough: assez de
    very few: très peu de
    """,
    "amount",
)

GAMES = _phrases(
    """
    the piano: de @le piano
    the guitar: de @la guitare
    the harp: de @la harpe
    tennis: à @le tennis
    football: à @le football
    chess: à @les échecs
    cards: à @les cartes
    """,
    "game",
)

WEATHER = _phrases(
    """
    cold: froid
    hot: chaud
    mild: doux
    cool: frais
    """,
    "weather",
)

SKILLS = _phrases(
    """
    well: bien
    very well: très bien
    badly: mal
    a little: un peu
    fluently: couramment
    """,
    "skill",
)
"""Behind the English object, before the French one."""
