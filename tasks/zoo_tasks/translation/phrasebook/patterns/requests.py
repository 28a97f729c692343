"""Requests, offers and prices."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import OF_THINGS
from zoo_tasks.translation.phrasebook.adverbials import FUTURE, FUTURE_DAYS, SPOTS
from zoo_tasks.translation.phrasebook.conjugation import present
from zoo_tasks.translation.phrasebook.names import CURRENCIES, NUMBERS, PRICES, TIMES
from zoo_tasks.translation.phrasebook.nouns import THINGS, UNITS_OF_TIME
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, KNOWN_OBJECTS, OBJECTS, OWNERS
from zoo_tasks.translation.phrasebook.verbs import GIVING, ON_PEOPLE_ASKED, ON_PURPOSE, ON_THINGS_ASKED, TO_PEOPLE
from zoo_tasks.translation.phrasebook.words import Pronoun, Verb

_EARN = Verb("earn", "earned", "earned", "gagner")
_RECIPIENTS = tuple(pronoun for pronoun in OBJECTS if pronoun.en != "you")


def _behind(pronoun: Pronoun) -> str:
    """An indirect object behind an imperative: `moi`, `lui`."""
    return "moi" if pronoun.indirect == "me" else pronoun.indirect


PATTERNS = (
    Pattern(
        "requests.give-me",
        {"verb": GIVING, "whom": _RECIPIENTS, "adjective": OF_THINGS, "noun": THINGS},
        lambda verb, whom, adjective, noun: (
            f"{verb.en} {whom.en} {en.the(noun, adjective)}, please.",
            f"{fr.command(verb.fr)}-{_behind(whom)} {fr.le(noun, adjective)}, s'il vous plaît.",
        ),
    ),
    Pattern(
        "requests.do-not-give-me",
        {"verb": GIVING, "whom": _RECIPIENTS, "adjective": OF_THINGS, "noun": THINGS},
        lambda verb, whom, adjective, noun: (
            f"do not {verb.en} {whom.en} {en.the(noun, adjective)}.",
            f"ne {whom.indirect} {fr.command(verb.fr)} pas {fr.le(noun, adjective)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "requests.call-her",
        {"verb": ON_PEOPLE_ASKED, "whom": KNOWN_OBJECTS, "when": FUTURE_DAYS, "time": TIMES},
        lambda verb, whom, when, time: (
            f"{verb.en} {whom.en} {when.en} at {time.en}, please.",
            f"{fr.command(verb.fr)}-{whom.direct} {when.fr} à {time.fr}, s'il vous plaît.",
        ),
    ),
    Pattern(
        "requests.do-not-call-her",
        {"verb": ON_PEOPLE_ASKED, "whom": _RECIPIENTS, "when": FUTURE_DAYS, "time": TIMES},
        lambda verb, whom, when, time: (
            f"do not {verb.en} {whom.en} {when.en} at {time.en}.",
            f"ne {whom.direct} {fr.command(verb.fr)} pas {when.fr} à {time.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "requests.write-to-her",
        {"verb": TO_PEOPLE, "whom": _RECIPIENTS, "time": TIMES},
        lambda verb, whom, time: (
            f"{verb.en} {whom.en} before {time.en}, please.",
            f"{fr.command(verb.fr)}-{_behind(whom)} avant {time.fr}, s'il vous plaît.",
        ),
    ),
    Pattern(
        "requests.do-not-take",
        {"verb": ON_THINGS_ASKED, "adjective": OF_THINGS, "noun": THINGS, "spot": SPOTS},
        lambda verb, adjective, noun, spot: (
            f"do not {verb.en} {en.the(noun, adjective)} that is {spot.en}.",
            f"ne {fr.command(verb.fr)} pas {fr.le(noun, adjective)} qui est {spot.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "requests.let-us",
        {"verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS, "when": FUTURE},
        lambda verb, adjective, noun, when: (
            f"let us {verb.en} {en.the_plural(noun, adjective)} {when.en}.",
            f"{present(verb.fr, 3)} {fr.les(noun, adjective)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "requests.before",
        {"verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS, "time": TIMES},
        lambda verb, adjective, noun, time: (
            f"{verb.en} {en.the(noun, adjective)} before {time.en}, please.",
            f"{fr.command(verb.fr)} {fr.le(noun, adjective)} avant {time.fr}, s'il vous plaît.",
        ),
    ),
    Pattern(
        "requests.could-you",
        {"verb": ON_PURPOSE, "noun": THINGS, "owner": OWNERS, "when": FUTURE},
        lambda verb, noun, owner, when: (
            f"could you {verb.en} {owner.en}'s {noun.en} {when.en}?",
            f"pourriez-vous {verb.fr} {fr.le(noun)} de {owner.fr} {when.fr} ?",
        ),
    ),
    Pattern(
        "requests.can-i",
        {"verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS},
        lambda verb, adjective, noun: (
            f"can I {verb.en} your {en.group(noun, adjective)}?",
            f"puis-je {verb.fr} {fr.determined('votre', noun, adjective)} ?",
        ),
    ),
    Pattern(
        "requests.costs",
        {"adjective": OF_THINGS, "noun": THINGS, "number": NUMBERS, "currency": CURRENCIES},
        lambda adjective, noun, number, currency: (
            f"{en.the(noun, adjective)} costs {en.counted(number.value, currency)}.",
            f"{fr.le(noun, adjective)} coûte {fr.counted(number.value, currency)}.",
        ),
    ),
    Pattern(
        "requests.paid",
        {"who": ANYBODY, "price": PRICES, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, price, adjective, noun: (
            f"{who.en} paid {price.en} for {en.a(noun, adjective)}.",
            f"{who.fr} {fr.had('payer', who)} {price.fr} pour {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "requests.sold-for",
        {"who": ANYBODY, "noun": THINGS, "number": NUMBERS, "currency": CURRENCIES},
        lambda who, noun, number, currency: (
            f"{who.en} sold {who.possessive_en} {noun.en} for {en.counted(number.value, currency)}.",
            f"{who.fr} {fr.had('vendre', who)} {fr.possessed(who, noun)} pour {fr.counted(number.value, currency)}.",
        ),
    ),
    Pattern(
        "requests.earns",
        {"who": ANYBODY, "number": NUMBERS, "currency": CURRENCIES, "unit": UNITS_OF_TIME},
        lambda who, number, currency, unit: (
            f"{who.en} {en.verb(_EARN, who)} {en.counted(number.value, currency)} {en.a(unit)}.",
            f"{who.fr} {fr.present('gagner', who)} {fr.counted(number.value, currency)} par {unit.fr}.",
        ),
    ),
)
