"""Opening hours, dates and durations."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.names import CLOSING_TIMES, DATES, DAYS, MOMENTS, MONTHS, TIMES
from zoo_tasks.translation.phrasebook.nouns import EVENTS, OPENING
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, OWNERS, PRONOUNS
from zoo_tasks.translation.phrasebook.verbs import PASTIMES, ROUTINES

PATTERNS = (
    Pattern(
        "clock.opens",
        {"noun": OPENING, "time": TIMES, "day": DAYS},
        lambda noun, time, day: (
            f"{en.the(noun)} opens at {time.en} on {day.en}s.",
            f"{fr.le(noun)} ouvre à {time.fr} le {day.fr}.",
        ),
    ),
    Pattern(
        "clock.does-not-close-before",
        {"noun": OPENING, "time": CLOSING_TIMES, "day": DAYS},
        lambda noun, time, day: (
            f"{en.the(noun)} does not close before {time.en} on {day.en}s.",
            f"{fr.le(noun)} ne ferme pas avant {time.fr} le {day.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "clock.is-closed",
        {"noun": OPENING, "day": DAYS, "month": MONTHS},
        lambda noun, day, month: (
            f"{en.the(noun)} is closed on {day.en}s in {month.en}.",
            f"{fr.le(noun)} est {fr.agreed('fermé', noun.feminine, False)} le {day.fr} en {month.fr}.",
        ),
    ),
    Pattern(
        "clock.from-day-to-day",
        {"noun": OPENING, "one": DAYS, "other": DAYS, "time": CLOSING_TIMES},
        lambda noun, one, other, time: (
            f"{en.the(noun)} is open until {time.en} from {one.en} to {other.en}.",
            f"{fr.le(noun)} est {fr.agreed('ouvert', noun.feminine, False)} jusque à {time.fr} "
            f"de @le {one.fr} à @le {other.fr}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "clock.takes-place",
        {"owner": OWNERS, "noun": EVENTS, "day": DAYS, "date": DATES},
        lambda owner, noun, day, date: (
            f"{owner.en}'s {noun.en} takes place on {day.en}, {date.en}.",
            f"{fr.le(noun)} de {owner.fr} a lieu le {day.fr} {date.fr}.",
        ),
    ),
    Pattern(
        "clock.begins",
        {"noun": EVENTS, "date": DATES, "time": TIMES},
        lambda noun, date, time: (
            f"{en.the(noun)} on {date.en} begins at {time.en}.",
            f"{fr.le(noun)} de @le {date.fr} commence à {time.fr}.",
        ),
    ),
    Pattern(
        "clock.was-postponed",
        {"noun": EVENTS, "day": DAYS, "date": DATES},
        lambda noun, day, date: (
            f"{day.en}'s {noun.en} was postponed to {date.en}.",
            f"{fr.le(noun)} de {day.fr} a été {fr.agreed('reporté', noun.feminine, False)} à @le {date.fr}.",
        ),
    ),
    Pattern(
        "clock.never-before",
        {"who": ANYBODY, "verb": ROUTINES, "time": TIMES},
        lambda who, verb, time: (
            f"{who.en} never {en.verb(verb, who)} before {time.en}.",
            f"{who.fr} ne {who.reflexive_fr} {fr.present(verb.fr, who)} jamais avant {time.fr}.",
        ),
    ),
    Pattern(
        "clock.has-been-working-since",
        {"who": ANYBODY, "verb": PASTIMES, "time": MOMENTS},
        lambda who, verb, time: (
            f"{who.en} {en.have(who)} been {en.ing(verb)} since {time.en}.",
            f"{who.fr} {fr.present(verb.fr, who)} depuis {time.fr}.",
        ),
    ),
    Pattern(
        "clock.birthday",
        {"owner": OWNERS, "date": DATES},
        lambda owner, date: (
            f"{owner.en}'s birthday is on {date.en}.",
            f"@le anniversaire de {owner.fr} est le {date.fr}.",
        ),
    ),
    Pattern(
        "clock.whole-date",
        {"who": PRONOUNS, "noun": EVENTS, "day": DAYS, "date": DATES, "time": TIMES},
        lambda who, noun, day, date, time: (
            f"{who.possessive_en} {noun.en} is on {day.en}, {date.en}, at {time.en}.",
            f"{fr.possessed(who, noun)} est le {day.fr} {date.fr} à {time.fr}.",
        ),
    ),
)
