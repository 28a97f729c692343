"""How people are, what they feel and do, and their families."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import CHARACTERS, GRADED_MOODS, MOODS
from zoo_tasks.translation.phrasebook.adverbials import DEGREES, FUTURE, GAMES, HABIT, NOW, ON_DAYS, PAST, PAST_DAYS
from zoo_tasks.translation.phrasebook.names import AGES, PLACES, SMALL_NUMBERS, TIMES
from zoo_tasks.translation.phrasebook.nouns import CHILDREN, FAMILY, PEOPLE, UNITS_OF_TIME
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import (
    ANYBODY,
    GENDERED,
    GENDERED_NAMELESS,
    GENDERED_PRONOUNS,
    MEN,
    NAMELESS,
    NAMES,
    PROFESSIONS,
    PRONOUNS,
    RELATIVES,
    SINGLE,
    WOMEN,
)
from zoo_tasks.translation.phrasebook.verbs import (
    ACTIVITIES,
    AT_THE_SAME_TIME,
    MODALS,
    MOVES,
    PASTIMES,
    REFLEXIVE,
    ROUTINES,
    SENSATIONS,
)
from zoo_tasks.translation.phrasebook.words import Verb

_LIKE = Verb("like", "liked", "liked", "aimer")
_PREFER = Verb("prefer", "preferred", "preferred", "préférer")
_THINK = Verb("think", "thought", "thought", "penser")
_LIVE = Verb("live", "lived", "lived", "habiter")
_PLAY = Verb("play", "played", "played", "jouer")
_WANT = Verb("want", "wanted", "wanted", "vouloir")
_KNOW = Verb("know", "knew", "known", "connaître")

PATTERNS = (
    Pattern(
        "people.is-very",
        {"who": GENDERED, "degree": DEGREES, "mood": GRADED_MOODS, "when": NOW},
        lambda who, degree, mood, when: (
            f"{who.en} {en.be(who)} {degree.en} {mood.en} {when.en}.",
            f"{who.fr} {fr.present('être', who)} {degree.fr} {mood.agreed(who.feminine, who.plural)} {when.fr}.",
        ),
    ),
    Pattern(
        "people.was-not",
        {"who": GENDERED, "mood": MOODS, "when": PAST},
        lambda who, mood, when: (
            f"{who.en} {en.was(who)} not {mood.en} {when.en}.",
            f"{who.fr} ne {fr.imperfect('être', who)} pas {mood.agreed(who.feminine, who.plural)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.will-be",
        {"who": GENDERED, "mood": MOODS, "when": FUTURE},
        lambda who, mood, when: (
            f"{who.en} will be {mood.en} {when.en}.",
            f"{who.fr} {fr.future('être', who)} {mood.agreed(who.feminine, who.plural)} {when.fr}.",
        ),
    ),
    Pattern(
        "people.more-than",
        {"who": GENDERED_NAMELESS, "adjective": CHARACTERS, "name": NAMES},
        lambda who, adjective, name: (
            f"{who.en} {en.be(who)} {adjective.comparative} than {name.en}.",
            f"{who.fr} {fr.present('être', who)} plus {adjective.agreed(who.feminine, who.plural)} que {name.fr}.",
        ),
    ),
    Pattern(
        "people.not-as-as",
        {"who": GENDERED_NAMELESS, "adjective": CHARACTERS, "name": NAMES},
        lambda who, adjective, name: (
            f"{who.en} {en.be(who)} not as {adjective.en} as {name.en}.",
            f"{who.fr} ne {fr.present('être', who)} pas aussi {adjective.agreed(who.feminine, who.plural)} "
            f"que {name.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.the-most",
        {"who": ANYBODY, "adjective": CHARACTERS, "noun": PEOPLE, "place": PLACES},
        lambda who, adjective, noun, place: (
            f"{who.en} {en.verb(_KNOW, who)} the {adjective.superlative} {noun.en} in {place.en}.",
            f"{who.fr} {fr.present('connaître', who)} {fr.superlative(noun, adjective)} {place.out_of}.",
        ),
    ),
    Pattern(
        "people.is-hungry",
        {"who": NAMELESS, "sensation": SENSATIONS, "name": NAMES, "other": SENSATIONS},
        lambda who, sensation, name, other: (
            f"{who.en} {en.be(who)} {sensation.en} and {name.en} is {other.en}.",
            f"{who.fr} {fr.present('avoir', who)} {sensation.fr} et {name.fr} a {other.fr}.",
        ),
        apart=(("sensation", "other"),),
    ),
    Pattern(
        "people.is-not-hungry",
        {"who": ANYBODY, "sensation": SENSATIONS, "when": NOW},
        lambda who, sensation, when: (
            f"{who.en} {en.be(who)} not {sensation.en} {when.en}.",
            f"{who.fr} ne {fr.present('avoir', who)} pas {sensation.fr} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.was-hungry",
        {"who": ANYBODY, "sensation": SENSATIONS, "when": PAST_DAYS},
        lambda who, sensation, when: (
            f"{who.en} {en.was(who)} {sensation.en} {when.en}.",
            f"{who.fr} {fr.imperfect('avoir', who)} {sensation.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "people.years-old",
        {"who": PRONOUNS + NAMES + RELATIVES, "number": AGES},
        lambda who, number: (
            f"{who.en} {en.be(who)} {en.spelled(number.value)} years old.",
            f"{who.fr} {fr.present('avoir', who)} {fr.spelled(number.value)} ans.",
        ),
    ),
    Pattern(
        "people.is-a",
        {"who": SINGLE, "profession": PROFESSIONS, "place": PLACES},
        lambda who, profession, place: (
            f"{who.en} is @a {profession.en} in {place.en}.",
            f"{who.fr} est {profession.agreed(who.feminine)} {place.within}.",
        ),
    ),
    Pattern(
        "people.wants-to-become",
        {"who": SINGLE, "profession": PROFESSIONS, "place": PLACES},
        lambda who, profession, place: (
            f"{who.en} wants to become @a {profession.en} in {place.en}.",
            f"{who.fr} veut devenir {profession.agreed(who.feminine)} {place.within}.",
        ),
    ),
    Pattern(
        "people.her-name-is",
        {"who": PRONOUNS, "noun": tuple(noun for noun in FAMILY if noun.feminine), "name": WOMEN, "place": PLACES},
        lambda who, noun, name, place: (
            f"{who.possessive_en} {noun.en}'s name is {name.en} and she lives in {place.en}.",
            f"{fr.possessed(who, noun)} se appelle {name.fr} et elle habite {place.within}.",
        ),
    ),
    Pattern(
        "people.his-name-is",
        {"who": PRONOUNS, "noun": tuple(noun for noun in FAMILY if not noun.feminine), "name": MEN, "place": PLACES},
        lambda who, noun, name, place: (
            f"{who.possessive_en} {noun.en}'s name is {name.en} and he lives in {place.en}.",
            f"{fr.possessed(who, noun)} se appelle {name.fr} et il habite {place.within}.",
        ),
    ),
    Pattern(
        "people.has-brothers",
        {"who": ANYBODY, "number": SMALL_NUMBERS, "noun": CHILDREN, "other": CHILDREN},
        lambda who, number, noun, other: (
            f"{who.en} {en.have(who)} {en.counted(number.value, noun)} and one {other.en}.",
            f"{who.fr} {fr.present('avoir', who)} {fr.counted(number.value, noun)} et {fr.un(other)}.",
        ),
        apart=(("noun", "other"),),
    ),
    Pattern(
        "people.lives-with",
        {"who": ANYBODY, "place": PLACES, "noun": FAMILY},
        lambda who, place, noun: (
            f"{who.en} {en.verb(_LIVE, who)} in {place.en} with {who.possessive_en} {noun.en}.",
            f"{who.fr} {fr.present('habiter', who)} {place.within} avec {fr.possessed(who, noun)}.",
        ),
    ),
    Pattern(
        "people.thinks-that",
        {"who": NAMELESS, "name": NAMES, "mood": MOODS},
        lambda who, name, mood: (
            f"{who.en} {en.verb(_THINK, who)} that {name.en} is {mood.en}.",
            f"{who.fr} {fr.present('penser', who)} que {name.fr} est {mood.agreed(name.feminine, False)}.",
        ),
    ),
    Pattern(
        "people.said-that",
        {"who": ANYBODY, "other": GENDERED_PRONOUNS, "mood": MOODS},
        lambda who, other, mood: (
            f"{who.en} said that {other.en} {en.was(other)} {mood.en}.",
            f"{who.fr} {fr.had('dire', who)} que {other.fr} {fr.imperfect('être', other)} "
            f"{mood.agreed(other.feminine, other.plural)}.",
        ),
    ),
    Pattern(
        "people.left-with",
        {"who": GENDERED_NAMELESS, "move": MOVES, "name": NAMES, "when": PAST},
        lambda who, move, name, when: (
            f"{who.en} {move.past} with {name.en} {when.en}.",
            f"{who.fr} {fr.went(move.fr, who)} avec {name.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "people.did-not-come-back",
        {"who": GENDERED, "move": MOVES, "when": PAST},
        lambda who, move, when: (
            f"{who.en} did not {move.en} {when.en}.",
            f"{who.fr} ne {fr.present('être', who)} pas {fr.gone(move.fr, who)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.gets-up",
        {"who": ANYBODY, "verb": ROUTINES, "time": TIMES, "when": ON_DAYS},
        lambda who, verb, time, when: (
            f"{who.en} {en.verb(verb, who)} at {time.en} {when.en}.",
            f"{who.fr} {who.reflexive_fr} {fr.present(verb.fr, who)} à {time.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "people.got-up",
        {"who": GENDERED, "verb": REFLEXIVE, "when": PAST_DAYS},
        lambda who, verb, when: (
            f"{who.en} {verb.past} {when.en}.",
            f"{who.fr} {who.reflexive_fr} {fr.went(verb.fr, who)} {when.fr}.",
        ),
    ),
    Pattern(
        "people.did-not-get-up",
        {"who": GENDERED, "verb": REFLEXIVE, "when": PAST_DAYS},
        lambda who, verb, when: (
            f"{who.en} did not {verb.en} {when.en}.",
            f"{who.fr} ne {who.reflexive_fr} {fr.present('être', who)} pas {fr.gone(verb.fr, who)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.will-not-get-up-before",
        {"who": ANYBODY, "verb": ROUTINES, "time": TIMES},
        lambda who, verb, time: (
            f"{who.en} will not {verb.en} before {time.en}.",
            f"{who.fr} ne {who.reflexive_fr} {fr.future(verb.fr, who)} pas avant {time.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.wants-to-rest",
        {"who": ANYBODY, "modal": MODALS, "verb": ROUTINES, "time": TIMES},
        lambda who, modal, verb, time: (
            f"{who.en} {en.verb(modal, who)} {verb.en} before {time.en}.",
            f"{who.fr} {fr.present(modal.fr, who)} {who.reflexive_fr} {verb.fr} avant {time.fr}.",
        ),
    ),
    Pattern(
        "people.used-to",
        {"who": ANYBODY, "verb": PASTIMES, "place": PLACES},
        lambda who, verb, place: (
            f"{who.en} used to {verb.en} in {place.en}.",
            f"{who.fr} {fr.imperfect(verb.fr, who)} {place.within}.",
        ),
    ),
    Pattern(
        "people.sings-while-cooking",
        {"who": ANYBODY, "verb": AT_THE_SAME_TIME, "other": AT_THE_SAME_TIME, "when": HABIT},
        lambda who, verb, other, when: (
            f"{who.en} {en.verb(verb, who)} while {en.ing(other)} {when.en}.",
            f"{who.fr} {fr.present(verb.fr, who)} en {fr.gerund(other.fr)} {when.fr}.",
        ),
        apart=(("verb", "other"),),
    ),
    Pattern(
        "people.likes-to",
        {"who": ANYBODY, "verb": PASTIMES, "other": PASTIMES},
        lambda who, verb, other: (
            f"{who.en} {en.verb(_LIKE, who)} to {verb.en} but {en.verb(_PREFER, who)} to {other.en}.",
            f"{who.fr} {fr.present('aimer', who)} {verb.fr} mais {fr.present('préférer', who)} {other.fr}.",
        ),
        apart=(("verb", "other"),),
    ),
    Pattern(
        "people.stopped",
        {"who": ANYBODY, "verb": ACTIVITIES, "number": SMALL_NUMBERS, "unit": UNITS_OF_TIME},
        lambda who, verb, number, unit: (
            f"{who.en} stopped {en.ing(verb)} {en.counted(number.value, unit)} ago.",
            f"{who.fr} {fr.had('arrêter', who)} de {verb.fr} il y a {fr.counted(number.value, unit)}.",
        ),
    ),
    Pattern(
        "people.plays",
        {"who": ANYBODY, "game": GAMES, "when": HABIT},
        lambda who, game, when: (
            f"{who.en} {en.verb(_PLAY, who)} {game.en} {when.en}.",
            f"{who.fr} {fr.present('jouer', who)} {game.fr} {when.fr}.",
        ),
    ),
    Pattern(
        "people.does-not-play-well",
        {"who": ANYBODY, "game": GAMES},
        lambda who, game: (
            f"{who.en} {en.do(who)} not play {game.en} very well.",
            f"{who.fr} ne {fr.present('jouer', who)} pas très bien {game.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "people.wants-to-play-with",
        {"who": NAMELESS, "game": GAMES, "name": NAMES, "when": FUTURE},
        lambda who, game, name, when: (
            f"{who.en} {en.verb(_WANT, who)} to play {game.en} with {name.en} {when.en}.",
            f"{who.fr} {fr.present('vouloir', who)} jouer {game.fr} avec {name.fr} {when.fr}.",
        ),
    ),
)
