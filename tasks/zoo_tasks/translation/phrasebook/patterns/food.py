"""Food and drink: partitives, quantities, tastes and prices."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import COLOURS, OF_THINGS
from zoo_tasks.translation.phrasebook.adverbials import HABIT, IN_ROOMS, PAST, PAST_DAYS, REGULAR
from zoo_tasks.translation.phrasebook.names import COUNTRIES, KILO_PRICES, NUMBERS, RATES, SMALL_NUMBERS
from zoo_tasks.translation.phrasebook.nouns import (
    BY_WEIGHT,
    COLD_DRINKS,
    CONTAINERS,
    COOKED,
    DISHES,
    DRINKS,
    EDIBLE,
    FOODS,
    HOT_DRINKS,
    SEASONINGS,
    SWEETENERS,
    THINGS,
)
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, NAMES, PRONOUNS
from zoo_tasks.translation.phrasebook.verbs import EATING
from zoo_tasks.translation.phrasebook.words import Noun, Verb

_LIKE = Verb("like", "liked", "liked", "aimer")
_PREFER = Verb("prefer", "preferred", "preferred", "préférer")
_NEED = Verb("need", "needed", "needed", "avoir")
_DRINK = Verb("drink", "drank", "drunk", "boire")

_KILO = Noun("kilo", "kilo", False, "kilos", "kilos")
_CUP = Noun("cup", "tasse", True, "cups", "tasses")
_BASKET = Noun("basket", "panier", False, "baskets", "paniers")

PATTERNS = (
    Pattern(
        "food.is-eating",
        {"who": ANYBODY, "one": DISHES, "other": DISHES},
        lambda who, one, other: (
            f"{who.en} {en.be(who)} eating {one.en} and {other.en}.",
            f"{who.fr} {fr.present('manger', who)} {fr.some(one)} et {fr.some(other)}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "food.does-not-drink",
        {"who": ANYBODY, "noun": DRINKS, "when": REGULAR},
        lambda who, noun, when: (
            f"{who.en} {en.do(who)} not drink {noun.en} {when.en}.",
            f"{who.fr} ne {fr.present('boire', who)} pas de {noun.fr} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "food.drinks-at",
        {"who": ANYBODY, "noun": DRINKS, "when": HABIT, "seasoning": SWEETENERS},
        lambda who, noun, when, seasoning: (
            f"{who.en} {en.verb(_DRINK, who)} {noun.en} without {seasoning.en} {when.en}.",
            f"{who.fr} {fr.present('boire', who)} {fr.some(noun)} sans {seasoning.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "food.likes-not",
        {"who": ANYBODY, "one": EDIBLE, "other": FOODS},
        lambda who, one, other: (
            f"{who.en} {en.verb(_LIKE, who)} {one.en} but {en.do(who)} not like {other.en_plural}.",
            f"{who.fr} {fr.present('aimer', who)} {fr.le(one)} mais ne {fr.present('aimer', who)} pas {fr.les(other)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "food.no-more",
        {"one": EDIBLE, "other": FOODS, "room": IN_ROOMS},
        lambda one, other, room: (
            f"there are {other.en_plural} but there is no more {one.en} {room.en}.",
            f"il y a {fr.des(other)} mais il ne y a plus de {one.fr} {room.fr}.",
        ),
    ),
    Pattern(
        "food.some-in-the",
        {"noun": EDIBLE, "room": IN_ROOMS, "other": EDIBLE},
        lambda noun, room, other: (
            f"there is {noun.en} {room.en}, but there is no {other.en}.",
            f"il y a {fr.some(noun)} {room.fr}, mais il ne y a pas de {other.fr}.",
        ),
        apart=(("noun", "other"),),
        shortens=True,
    ),
    Pattern(
        "food.kilos",
        {"who": ANYBODY, "number": SMALL_NUMBERS, "noun": BY_WEIGHT, "when": PAST},
        lambda who, number, noun, when: (
            f"{who.en} bought {en.counted(number.value, _KILO)} of {noun.en_plural} {when.en}.",
            f"{who.fr} {fr.had('acheter', who)} {fr.counted(number.value, _KILO)} de {noun.fr_plural} {when.fr}.",
        ),
    ),
    Pattern(
        "food.would-like",
        {"who": PRONOUNS, "number": SMALL_NUMBERS, "one": CONTAINERS, "drink": COLD_DRINKS, "noun": FOODS},
        lambda who, number, one, drink, noun: (
            f"{who.en} would like {en.a(one)} of {drink.en} and {en.counted(number.value, noun)}.",
            f"{who.fr} {fr.conditional('vouloir', who)} {fr.un(one)} de {drink.fr} "
            f"et {fr.counted(number.value, noun)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "food.ordered",
        {"who": ANYBODY, "number": SMALL_NUMBERS, "one": CONTAINERS, "drink": COLD_DRINKS, "dish": DISHES},
        lambda who, number, one, drink, dish: (
            f"{who.en} ordered {dish.en} and {en.counted(number.value, one)} of {drink.en}.",
            f"{who.fr} {fr.had('commander', who)} {fr.some(dish)} et {fr.counted(number.value, one)} de {drink.fr}.",
        ),
    ),
    Pattern(
        "food.ordered-cups",
        {"who": ANYBODY, "number": SMALL_NUMBERS, "drink": HOT_DRINKS, "noun": FOODS},
        lambda who, number, drink, noun: (
            f"{who.en} ordered {en.a(noun)} and {en.counted(number.value, _CUP)} of {drink.en}.",
            f"{who.fr} {fr.had('commander', who)} {fr.un(noun)} et {fr.counted(number.value, _CUP)} de {drink.fr}.",
        ),
    ),
    Pattern(
        "food.do-you-want",
        {"seasoning": SEASONINGS, "noun": COOKED, "name": NAMES},
        lambda seasoning, noun, name: (
            f"{name.en}, do you want {seasoning.en} with your {noun.en}?",
            f"{name.fr}, voulez-vous {fr.some(seasoning)} avec votre {noun.fr} ?",
        ),
    ),
    Pattern(
        "food.prefers-without",
        {"who": ANYBODY, "noun": COOKED, "seasoning": SEASONINGS},
        lambda who, noun, seasoning: (
            f"{who.en} {en.verb(_PREFER, who)} {noun.en} without {seasoning.en}.",
            f"{who.fr} {fr.present('préférer', who)} {fr.le(noun)} sans {seasoning.fr}.",
        ),
    ),
    Pattern(
        "food.needs-to-prepare",
        {"who": ANYBODY, "seasoning": SEASONINGS, "noun": COOKED},
        lambda who, seasoning, noun: (
            f"{who.en} {en.verb(_NEED, who)} {seasoning.en} to prepare {en.the(noun)}.",
            f"{who.fr} {fr.present('avoir', who)} besoin de {seasoning.fr} pour préparer {fr.le(noun)}.",
        ),
    ),
    Pattern(
        "food.needs-a",
        {"who": ANYBODY, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, adjective, noun: (
            f"{who.en} {en.verb(_NEED, who)} {en.a(noun, adjective)}.",
            f"{who.fr} {fr.present('avoir', who)} besoin de {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "food.costs-a-kilo",
        {"noun": BY_WEIGHT, "place": COUNTRIES, "price": KILO_PRICES},
        lambda noun, place, price: (
            f"{en.the_plural(noun)} from {place.en} cost {price.en} a kilo.",
            f"{fr.les(noun)} {place.out_of} coûtent {price.fr} le kilo.",
        ),
    ),
    Pattern(
        "food.price-rises",
        {"noun": EDIBLE, "place": COUNTRIES, "rate": RATES},
        lambda noun, place, rate: (
            f"the price of {noun.en} has risen by {rate.en} in {place.en}.",
            f"@le prix de {fr.le(noun)} a augmenté de {rate.fr} {place.within}.",
        ),
    ),
    Pattern(
        "food.ate-all-the",
        {"who": ANYBODY, "verb": EATING, "noun": FOODS, "when": PAST_DAYS},
        lambda who, verb, noun, when: (
            f"{who.en} {verb.past} all {en.the_plural(noun)} {when.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.determined('tout', noun, plural=True)} {when.fr}.",
        ),
    ),
    Pattern(
        "food.ate-what-was",
        {"noun": FOODS, "verb": EATING, "who": ANYBODY, "room": IN_ROOMS},
        lambda noun, verb, who, room: (
            f"{who.en} {verb.past} {en.the_plural(noun)} that were {room.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.les(noun)} qui étaient {room.fr}.",
        ),
    ),
    Pattern(
        "food.in-baskets",
        {"number": NUMBERS, "colour": COLOURS, "noun": FOODS, "room": IN_ROOMS},
        lambda number, colour, noun, room: (
            f"{room.en}, there are {en.counted(number.value, noun)} in {en.the(_BASKET, colour)}.",
            f"{room.fr}, il y a {fr.counted(number.value, noun)} dans {fr.le(_BASKET, colour)}.",
        ),
    ),
)
