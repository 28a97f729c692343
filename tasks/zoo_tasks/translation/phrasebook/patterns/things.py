"""What things are, whose they are, where they are, and how many."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import (
    CHOICES,
    COLOURS,
    COMPARED,
    FAULTS,
    LONG_COMPARED,
    OF_ANIMALS,
    OF_THINGS,
    PREDICATES,
    QUALITIES,
)
from zoo_tasks.translation.phrasebook.adverbials import AMOUNTS, DEGREES, IN_ROOMS, SPOTS
from zoo_tasks.translation.phrasebook.names import PLACES, SMALL_NUMBERS
from zoo_tasks.translation.phrasebook.nouns import ANIMALS, THINGS
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, OWNERS, PRONOUNS

PATTERNS = (
    Pattern(
        "things.has-a",
        {"who": ANYBODY, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, adjective, noun: (
            f"{who.en} {en.have(who)} {en.a(noun, adjective)}.",
            f"{who.fr} {fr.present('avoir', who)} {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "things.has-no",
        {"who": ANYBODY, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, adjective, noun: (
            f"{who.en} {en.do(who)} not have {en.a(noun, adjective)}.",
            f"{who.fr} ne {fr.present('avoir', who)} pas de {fr.group(noun, adjective)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "things.no-longer",
        {"who": ANYBODY, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, adjective, noun: (
            f"{who.en} no longer {en.have(who)} {en.a(noun, adjective)}.",
            f"{who.fr} ne {fr.present('avoir', who)} plus de {fr.group(noun, adjective)}.",
        ),
    ),
    Pattern(
        "things.there-is",
        {"adjective": OF_THINGS, "noun": THINGS, "spot": SPOTS},
        lambda adjective, noun, spot: (
            f"there is {en.a(noun, adjective)} {spot.en}.",
            f"il y a {fr.un(noun, adjective)} {spot.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "things.there-are",
        {"number": SMALL_NUMBERS, "adjective": OF_THINGS, "noun": THINGS, "room": IN_ROOMS},
        lambda number, adjective, noun, room: (
            f"there are {en.counted(number.value, noun, adjective)} {room.en}.",
            f"il y a {fr.counted(number.value, noun, adjective)} {room.fr}.",
        ),
    ),
    Pattern(
        "things.there-is-no",
        {"adjective": OF_THINGS, "noun": THINGS, "room": IN_ROOMS},
        lambda adjective, noun, room: (
            f"there is no {en.group(noun, adjective)} {room.en}.",
            f"il ne y a pas de {fr.group(noun, adjective)} {room.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "things.is-very",
        {"noun": THINGS, "degree": DEGREES, "adjective": QUALITIES, "owner": PRONOUNS},
        lambda noun, degree, adjective, owner: (
            f"{owner.possessive_en} {noun.en} is {degree.en} {adjective.en}.",
            f"{fr.possessed(owner, noun)} est {degree.fr} {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
    Pattern(
        "things.are-not",
        {"noun": THINGS, "spot": SPOTS, "adjective": PREDICATES},
        lambda noun, spot, adjective: (
            f"{en.the_plural(noun)} {spot.en} are not {adjective.en}.",
            f"{fr.les(noun)} {spot.fr} ne sont pas {adjective.agreed(noun.feminine, True)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "things.more-than",
        {"one": THINGS, "other": THINGS, "adjective": COMPARED},
        lambda one, other, adjective: (
            f"this {one.en} is {adjective.comparative} than {en.the(other)}.",
            f"{fr.determined('ce', one)} est plus {adjective.agreed(one.feminine, False)} que {fr.le(other)}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "things.less-than",
        {"one": THINGS, "other": THINGS, "adjective": LONG_COMPARED},
        lambda one, other, adjective: (
            f"these {one.en_plural} are less {adjective.en} than {en.the_plural(other)}.",
            f"{fr.determined('ce', one, plural=True)} sont moins {adjective.agreed(one.feminine, True)} "
            f"que {fr.les(other)}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "things.as-as",
        {"one": THINGS, "other": THINGS, "adjective": COMPARED},
        lambda one, other, adjective: (
            f"{en.the(one)} is as {adjective.en} as {en.the(other)}.",
            f"{fr.le(one)} est aussi {adjective.agreed(one.feminine, False)} que {fr.le(other)}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "things.the-most",
        {"adjective": COMPARED, "noun": THINGS, "place": PLACES},
        lambda adjective, noun, place: (
            f"it is the {adjective.superlative} {noun.en} in {place.en}.",
            f"ce est {fr.superlative(noun, adjective)} {place.out_of}.",
        ),
        shortens=True,
    ),
    Pattern(
        "things.this-is-whose",
        {"owner": OWNERS, "adjective": OF_THINGS, "noun": THINGS},
        lambda owner, adjective, noun: (
            f"this is {owner.en}'s {en.group(noun, adjective)}.",
            f"ce est {fr.le(noun, adjective)} de {owner.fr}.",
        ),
    ),
    Pattern(
        "things.whose-is",
        {"owner": OWNERS, "adjective": PREDICATES, "noun": THINGS},
        lambda owner, adjective, noun: (
            f"{owner.en}'s {noun.en} is {adjective.en}.",
            f"{fr.le(noun)} de {owner.fr} est {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
    Pattern(
        "things.belongs-to",
        {"owner": OWNERS, "adjective": OF_THINGS, "noun": THINGS, "spot": SPOTS},
        lambda owner, adjective, noun, spot: (
            f"{en.the(noun, adjective)} {spot.en} belongs to {owner.en}.",
            f"{fr.le(noun, adjective)} {spot.fr} appartient à {owner.fr}.",
        ),
    ),
    Pattern(
        "things.that-is",
        {"noun": THINGS, "spot": SPOTS, "adjective": PREDICATES},
        lambda noun, spot, adjective: (
            f"{en.the(noun)} that is {spot.en} is {adjective.en}.",
            f"{fr.le(noun)} qui est {spot.fr} est {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
    Pattern(
        "things.where-are-my",
        {"owner": PRONOUNS, "adjective": OF_THINGS, "noun": THINGS},
        lambda owner, adjective, noun: (
            f"where are {owner.possessive_en} {en.groups(noun, adjective)}?",
            f"où sont {fr.possessed(owner, noun, adjective, plural=True)} ?",
        ),
    ),
    Pattern(
        "things.all-are",
        {"noun": THINGS, "spot": SPOTS, "adjective": PREDICATES},
        lambda noun, spot, adjective: (
            f"all {en.the_plural(noun)} {spot.en} are {adjective.en}.",
            f"{fr.determined('tout', noun, plural=True)} {spot.fr} sont {adjective.agreed(noun.feminine, True)}.",
        ),
    ),
    Pattern(
        "things.too-for",
        {"noun": THINGS, "adjective": FAULTS, "owner": OWNERS},
        lambda noun, adjective, owner: (
            f"these {noun.en_plural} are too {adjective.en} for {owner.en}.",
            f"{fr.determined('ce', noun, plural=True)} sont trop {adjective.agreed(noun.feminine, True)} "
            f"pour {owner.fr}.",
        ),
    ),
    Pattern(
        "things.mine-and-mine",
        {"owner": PRONOUNS, "one": THINGS, "colour": COLOURS, "other": THINGS, "shade": COLOURS},
        lambda owner, one, colour, other, shade: (
            f"{owner.possessive_en} {one.en} is {colour.en} and {owner.possessive_en} {other.en} is {shade.en}.",
            f"{fr.possessed(owner, one)} est {colour.agreed(one.feminine, False)} "
            f"et {fr.possessed(owner, other)} est {shade.agreed(other.feminine, False)}.",
        ),
        apart=(("one", "other"), ("colour", "shade")),
    ),
    Pattern(
        "things.both-are",
        {"one": THINGS, "other": THINGS, "adjective": PREDICATES},
        lambda one, other, adjective: (
            f"{en.the(one)} and {en.the(other)} are {adjective.en}.",
            f"{fr.le(one)} et {fr.le(other)} sont {adjective.agreed(*fr.together(one, other))}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "things.neither-is",
        {"one": THINGS, "other": THINGS, "adjective": PREDICATES},
        lambda one, other, adjective: (
            f"neither {en.the(one)} nor {en.the(other)} is {adjective.en}.",
            f"ni {fr.le(one)} ni {fr.le(other)} ne sont {adjective.agreed(*fr.together(one, other))}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "things.a-lot-of",
        {"who": ANYBODY, "amount": AMOUNTS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, amount, adjective, noun: (
            f"{who.en} {en.have(who)} {amount.en} {en.groups(noun, adjective)}.",
            f"{who.fr} {fr.present('avoir', who)} {amount.fr} {fr.group(noun, adjective, plural=True)}.",
        ),
    ),
    Pattern(
        "things.only-has",
        {"who": ANYBODY, "number": SMALL_NUMBERS, "adjective": CHOICES, "noun": THINGS},
        lambda who, number, adjective, noun: (
            f"{who.en} only {en.have(who)} {en.counted(number.value, noun, adjective)}.",
            f"{who.fr} ne {fr.present('avoir', who)} que {fr.counted(number.value, noun, adjective)}.",
        ),
    ),
    Pattern(
        "animals.sleeps",
        {"adjective": OF_ANIMALS, "noun": ANIMALS, "owner": OWNERS, "spot": SPOTS},
        lambda adjective, noun, owner, spot: (
            f"{owner.en}'s {en.group(noun, adjective)} is sleeping {spot.en}.",
            f"{fr.le(noun, adjective)} de {owner.fr} dort {spot.fr}.",
        ),
    ),
    Pattern(
        "animals.there-were",
        {"number": SMALL_NUMBERS, "adjective": OF_ANIMALS, "noun": ANIMALS, "room": IN_ROOMS},
        lambda number, adjective, noun, room: (
            f"there were {en.counted(number.value, noun, adjective)} {room.en}.",
            f"il y avait {fr.counted(number.value, noun, adjective)} {room.fr}.",
        ),
    ),
)
