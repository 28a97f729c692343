"""Object pronouns: before the French verb, and the participles that agree with them."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import CHARACTERS, OF_PEOPLE, OF_THINGS
from zoo_tasks.translation.phrasebook.adverbials import FUTURE, HABIT, PAST, REGULAR, SEASONAL
from zoo_tasks.translation.phrasebook.names import PLACES, SMALL_NUMBERS
from zoo_tasks.translation.phrasebook.nouns import EDIBLE, LONG_UNITS, PEOPLE, THINGS
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, KNOWN_OBJECTS, OBJECTS, OWNERS, PRONOUNS, THIRD
from zoo_tasks.translation.phrasebook.verbs import (
    GIVING,
    HABITS_ON_PEOPLE,
    ON_HABIT,
    ON_PEOPLE,
    ON_PURPOSE,
    ON_THINGS,
    TO_PEOPLE,
)
from zoo_tasks.translation.phrasebook.words import Verb

_WANT = Verb("want", "wanted", "wanted", "vouloir")
_LIKE = Verb("like", "liked", "liked", "aimer")
_GO = Verb("go", "went", "gone", "aller")

PATTERNS = (
    Pattern(
        "pronouns.cannot-it",
        {"adjective": OF_THINGS, "noun": THINGS, "who": ANYBODY, "verb": ON_PURPOSE},
        lambda adjective, noun, who, verb: (
            f"where is {en.the(noun, adjective)}? {who.en} cannot {verb.en} it.",
            f"où est {fr.le(noun, adjective)} ? {who.fr} ne {fr.present('pouvoir', who)} pas "
            f"{'la' if noun.feminine else 'le'} {verb.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "pronouns.did-them",
        {"adjective": OF_THINGS, "noun": THINGS, "who": ANYBODY, "verb": ON_THINGS, "when": PAST},
        lambda adjective, noun, who, verb, when: (
            f"where are {en.the_plural(noun, adjective)}? {who.en} {verb.past} them {when.en}.",
            f"où sont {fr.les(noun, adjective)} ? "
            f"{who.fr} les {fr.had_of(verb.fr, who, noun.feminine, True)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.has-but-never",
        {"who": ANYBODY, "adjective": OF_THINGS, "noun": THINGS, "verb": ON_HABIT},
        lambda who, adjective, noun, verb: (
            f"{who.en} {en.have(who)} {en.a(noun, adjective)} but {who.pronoun_en} never {en.verb(verb, who)} it.",
            f"{who.fr} {fr.present('avoir', who)} {fr.un(noun, adjective)} mais {who.pronoun_fr} "
            f"ne {'la' if noun.feminine else 'le'} {fr.present(verb.fr, who)} jamais.",
        ),
    ),
    Pattern(
        "pronouns.gave-me",
        {"who": THIRD, "verb": GIVING, "whom": OBJECTS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, whom, adjective, noun: (
            f"{who.en} {verb.past} {whom.en} {en.a(noun, adjective)}.",
            f"{who.fr} {whom.indirect} {fr.had(verb.fr, who)} {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "pronouns.not-want-to-give-me",
        {"who": THIRD, "verb": GIVING, "whom": OBJECTS, "noun": THINGS},
        lambda who, verb, whom, noun: (
            f"{who.en} {en.do(who)} not want to {verb.en} {whom.en} {who.possessive_en} {noun.en_plural}.",
            f"{who.fr} ne {fr.present('vouloir', who)} pas {whom.indirect} {verb.fr} "
            f"{fr.possessed(who, noun, plural=True)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "pronouns.gave-to",
        {"who": PRONOUNS, "verb": GIVING, "adjective": OF_THINGS, "noun": THINGS, "owner": OWNERS},
        lambda who, verb, adjective, noun, owner: (
            f"{who.en} {verb.past} {en.the(noun, adjective)} to {owner.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.le(noun, adjective)} à {owner.fr}.",
        ),
    ),
    Pattern(
        "pronouns.gave-it-to",
        {"noun": THINGS, "adjective": OF_THINGS, "who": PRONOUNS, "verb": GIVING, "owner": OWNERS},
        lambda noun, adjective, who, verb, owner: (
            f"where is {who.possessive_en} {en.group(noun, adjective)}? {who.en} {verb.past} it to {owner.en}.",
            f"où est {fr.possessed(who, noun, adjective)} ? {who.fr} {'la' if noun.feminine else 'le'} "
            f"{fr.had_of(verb.fr, who, noun.feminine, False)} à {owner.fr}.",
        ),
    ),
    Pattern(
        "pronouns.sees-me",
        {"who": THIRD, "verb": HABITS_ON_PEOPLE, "whom": OBJECTS, "when": HABIT},
        lambda who, verb, whom, when: (
            f"{who.en} {en.verb(verb, who)} {whom.en} {when.en}.",
            f"{who.fr} {whom.direct} {fr.present(verb.fr, who)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.does-not-see-me",
        {"who": THIRD, "verb": HABITS_ON_PEOPLE, "whom": OBJECTS, "when": REGULAR},
        lambda who, verb, whom, when: (
            f"{who.en} {en.do(who)} not {verb.en} {whom.en} {when.en}.",
            f"{who.fr} ne {whom.direct} {fr.present(verb.fr, who)} pas {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "pronouns.did-not-see-her",
        {"who": ANYBODY, "verb": ON_PEOPLE, "whom": KNOWN_OBJECTS, "when": PAST},
        lambda who, verb, whom, when: (
            f"{who.en} did not {verb.en} {whom.en} {when.en}.",
            f"{who.fr} ne {whom.direct} {fr.present('avoir', who)} pas "
            f"{fr.agreed(fr.participle(verb.fr), whom.feminine, whom.plural)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "pronouns.did-the-person",
        {"who": ANYBODY, "verb": ON_PEOPLE, "adjective": OF_PEOPLE, "noun": PEOPLE, "when": PAST},
        lambda who, verb, adjective, noun, when: (
            f"{who.en} {verb.past} {en.the(noun, adjective)} {when.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.le(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.spoke-to-her",
        {"who": THIRD, "verb": TO_PEOPLE, "whom": OBJECTS, "when": PAST},
        lambda who, verb, whom, when: (
            f"{who.en} {verb.past} {whom.en} {when.en}.",
            f"{who.fr} {whom.indirect} {fr.had(verb.fr, who)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.will-write-to-the",
        {"who": ANYBODY, "verb": TO_PEOPLE, "adjective": OF_PEOPLE, "noun": PEOPLE, "when": FUTURE},
        lambda who, verb, adjective, noun, when: (
            f"{who.en} {en.be(who)} going to {verb.en} {en.the(noun, adjective)} {when.en}.",
            f"{who.fr} {fr.present('aller', who)} {verb.fr} à {fr.le(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.wants-to-see-her",
        {"who": THIRD, "verb": ON_PEOPLE, "whom": OBJECTS, "when": FUTURE},
        lambda who, verb, whom, when: (
            f"{who.en} {en.be(who)} going to {verb.en} {whom.en} {when.en}.",
            f"{who.fr} {fr.present('aller', who)} {whom.direct} {verb.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.has-known-her-for",
        {"who": THIRD, "whom": OBJECTS, "number": SMALL_NUMBERS, "unit": LONG_UNITS},
        lambda who, whom, number, unit: (
            f"{who.en} {en.have(who)} known {whom.en} for {en.counted(number.value, unit)}.",
            f"{who.fr} {whom.direct} {fr.present('connaître', who)} depuis {fr.counted(number.value, unit)}.",
        ),
    ),
    Pattern(
        "pronouns.does-not-want-any",
        {"noun": EDIBLE, "who": ANYBODY, "when": HABIT},
        lambda noun, who, when: (
            f"there is {noun.en} {when.en}, but {who.en} never {en.verb(_WANT, who)} any.",
            f"il y a {fr.some(noun)} {when.fr}, mais {who.fr} ne en {fr.present('vouloir', who)} jamais.",
        ),
    ),
    Pattern(
        "pronouns.goes-there",
        {"who": ANYBODY, "place": PLACES, "when": SEASONAL},
        lambda who, place, when: (
            f"{who.en} {en.verb(_LIKE, who)} {place.en} and {en.verb(_GO, who)} there {when.en}.",
            f"{who.fr} {fr.present('aimer', who)} {place.fr} et y {fr.present('aller', who)} {when.fr}.",
        ),
    ),
    Pattern(
        "pronouns.whom-she-invited",
        {"noun": PEOPLE, "who": ANYBODY, "verb": ON_PEOPLE, "adjective": CHARACTERS},
        lambda noun, who, verb, adjective: (
            f"{en.the(noun)} that {who.en} {verb.past} is {adjective.en}.",
            f"{fr.le(noun)} que {who.fr} {fr.had_of(verb.fr, who, noun.feminine, False)} "
            f"est {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
    Pattern(
        "pronouns.who-invited-her",
        {"noun": PEOPLE, "verb": ON_PEOPLE, "whom": KNOWN_OBJECTS, "adjective": CHARACTERS},
        lambda noun, verb, whom, adjective: (
            f"{en.the(noun)} who {verb.past} {whom.en} is {adjective.en}.",
            f"{fr.le(noun)} qui {whom.direct} a {fr.agreed(fr.participle(verb.fr), whom.feminine, whom.plural)} "
            f"est {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
)
