"""Countries, cities and buildings: where people live, come from and go."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import QUALITIES
from zoo_tasks.translation.phrasebook.adverbials import DIRECTIONS, EVERY, FUTURE, OFTEN, WEATHER
from zoo_tasks.translation.phrasebook.names import (
    CITIES,
    COUNTRIES,
    DATES,
    LANGUAGES,
    MONTHS,
    PLACES,
    QUANTITIES,
    SEASONS,
    SMALL_NUMBERS,
    TIMES,
)
from zoo_tasks.translation.phrasebook.nouns import BUILDINGS, LOCAL_TRANSPORT, LONG_UNITS, THINGS, TRANSPORT
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, GENDERED, NAMES, OTHERS, PRONOUNS, RELATIVES
from zoo_tasks.translation.phrasebook.verbs import PASTIMES
from zoo_tasks.translation.phrasebook.words import Noun, Verb

_COME = Verb("come", "came", "come", "venir")
_SPEAK = Verb("speak", "spoke", "spoken", "parler")
_PREFER = Verb("prefer", "preferred", "preferred", "préférer")
_MAP = Noun("map", "carte", True, "maps", "cartes")
_GO = Verb("go", "went", "gone", "aller")

PATTERNS = (
    Pattern(
        "places.went-to",
        {"who": GENDERED, "place": PLACES, "month": MONTHS},
        lambda who, place, month: (
            f"{who.en} went to {place.en} in {month.en}.",
            f"{who.fr} {fr.went('aller', who)} {place.within} en {month.fr}.",
        ),
    ),
    Pattern(
        "places.did-not-go-to",
        {"who": GENDERED, "place": PLACES, "month": MONTHS},
        lambda who, place, month: (
            f"{who.en} did not go to {place.en} in {month.en}.",
            f"{who.fr} ne {fr.present('être', who)} pas {fr.gone('aller', who)} {place.within} en {month.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "places.has-been-living-in",
        {"who": ANYBODY, "place": PLACES, "number": SMALL_NUMBERS, "unit": LONG_UNITS},
        lambda who, place, number, unit: (
            f"{who.en} {en.have(who)} been living in {place.en} for {en.counted(number.value, unit)}.",
            f"{who.fr} {fr.present('habiter', who)} {place.within} depuis {fr.counted(number.value, unit)}.",
        ),
    ),
    Pattern(
        "places.was-born-in",
        {"who": GENDERED, "place": PLACES, "date": DATES},
        lambda who, place, date: (
            f"{who.en} {en.was(who)} born in {place.en} on {date.en}.",
            f"{who.fr} {fr.went('naître', who)} le {date.fr} {place.within}.",
        ),
    ),
    Pattern(
        "places.comes-from",
        {"who": ANYBODY, "place": PLACES, "language": LANGUAGES},
        lambda who, place, language: (
            f"{who.en} {en.verb(_COME, who)} from {place.en} and {en.verb(_SPEAK, who)} {language.en}.",
            f"{who.fr} {fr.present('venir', who)} {place.out_of} et {fr.present('parler', who)} {language.fr}.",
        ),
    ),
    Pattern(
        "places.will-visit",
        {"who": ANYBODY, "place": PLACES, "when": FUTURE},
        lambda who, place, when: (
            f"{who.en} will visit {place.en} {when.en}.",
            f"{who.fr} {fr.future('visiter', who)} {place.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "places.prefers",
        {"who": ANYBODY, "one": COUNTRIES, "other": COUNTRIES},
        lambda who, one, other: (
            f"{who.en} {en.verb(_PREFER, who)} {one.en} to {other.en}.",
            f"{who.fr} {fr.present('préférer', who)} {one.fr} à {other.fr}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "places.map-of",
        {"who": ANYBODY, "adjective": QUALITIES, "place": COUNTRIES},
        lambda who, adjective, place: (
            f"{who.en} {en.be(who)} looking for {en.a(_MAP, adjective)} of {place.en}.",
            f"{who.fr} {fr.present('chercher', who)} {fr.un(_MAP, adjective)} {place.out_of}.",
        ),
    ),
    Pattern(
        "places.train-from-to",
        {"noun": TRANSPORT, "one": CITIES, "other": CITIES, "time": TIMES},
        lambda noun, one, other, time: (
            f"{en.the(noun)} from {one.en} to {other.en} leaves at {time.en}.",
            f"{fr.le(noun)} de {one.fr} à {other.fr} part à {time.fr}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "places.weather",
        {"weather": WEATHER, "often": OFTEN, "place": PLACES, "month": MONTHS},
        lambda weather, often, place, month: (
            f"it is {often.en} {weather.en} in {place.en} in {month.en}.",
            f"il fait {often.fr} {weather.fr} {place.within} en {month.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "places.rains",
        {"often": OFTEN, "place": PLACES, "season": SEASONS},
        lambda often, place, season: (
            f"it {often.en} rains in {place.en} in {season.en}.",
            f"il pleut {often.fr} {place.within} {season.fr}.",
        ),
    ),
    Pattern(
        "places.would-like-to-live",
        {"who": PRONOUNS, "place": PLACES, "name": NAMES + RELATIVES + OTHERS},
        lambda who, place, name: (
            f"{who.en} would like to live in {place.en} with {name.en}.",
            f"{who.fr} {fr.conditional('vouloir', who)} vivre {place.within} avec {name.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "places.is-next-to",
        {"one": BUILDINGS, "direction": DIRECTIONS, "other": BUILDINGS, "city": CITIES},
        lambda one, direction, other, city: (
            f"in {city.en}, {en.the(one)} is {direction.en} {en.the(other)}.",
            f"à {city.fr}, {fr.le(one)} est {direction.fr} {fr.le(other)}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "places.is-there",
        {"one": BUILDINGS, "direction": DIRECTIONS, "other": BUILDINGS},
        lambda one, direction, other: (
            f"is there {en.a(one)} {direction.en} {en.the(other)}?",
            f"y a-t-il {fr.un(one)} {direction.fr} {fr.le(other)} ?",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "places.goes-by-bus",
        {"who": ANYBODY, "noun": BUILDINGS, "transport": LOCAL_TRANSPORT, "when": EVERY},
        lambda who, noun, transport, when: (
            f"{who.en} {en.verb(_GO, who)} to {en.the(noun)} by {transport.en} {when.en}.",
            f"{who.fr} {fr.present('aller', who)} à {fr.le(noun)} en {transport.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "places.came-back-from",
        {"who": GENDERED, "noun": BUILDINGS, "time": TIMES},
        lambda who, noun, time: (
            f"{who.en} came back from {en.the(noun)} at {time.en}.",
            f"{who.fr} {fr.went('revenir', who)} de {fr.le(noun)} à {time.fr}.",
        ),
    ),
    Pattern(
        "places.museum-has",
        {"city": CITIES, "quantity": QUANTITIES, "adjective": QUALITIES, "noun": THINGS},
        lambda city, quantity, adjective, noun: (
            f"the museum in {city.en} has {quantity.en} {en.groups(noun, adjective)}.",
            f"@le musée de {city.fr} a {quantity.fr} {fr.group(noun, adjective, plural=True)}.",
        ),
    ),
    Pattern(
        "places.works-from-to",
        {"who": ANYBODY, "verb": PASTIMES, "place": PLACES, "one": MONTHS, "other": MONTHS},
        lambda who, verb, place, one, other: (
            f"{who.en} {en.verb(verb, who)} in {place.en} from {one.en} to {other.en}.",
            f"{who.fr} {fr.present(verb.fr, who)} {place.within} de {one.fr} à {other.fr}.",
        ),
        apart=(("one", "other"),),
    ),
)
