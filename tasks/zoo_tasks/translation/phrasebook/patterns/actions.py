"""What somebody does with a thing, in all tenses."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import COLOURS, FAULTS, OF_ANIMALS, OF_THINGS, PREDICATES
from zoo_tasks.translation.phrasebook.adverbials import FUTURE, OFTEN, PAST
from zoo_tasks.translation.phrasebook.names import DATES, SMALL_NUMBERS
from zoo_tasks.translation.phrasebook.nouns import ANIMALS, THINGS, UNITS_OF_TIME
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, GENDERED, NAMELESS, NAMES, OWNERS, PRONOUNS, THIRD
from zoo_tasks.translation.phrasebook.verbs import (
    BEGINNINGS,
    LASTING,
    MODALS,
    MOVES,
    ON_ANIMALS,
    ON_HABIT,
    ON_PASSIVE,
    ON_PURPOSE,
    ON_THINGS,
)

PATTERNS = (
    Pattern(
        "actions.did",
        {"who": ANYBODY, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS, "when": PAST},
        lambda who, verb, adjective, noun, when: (
            f"{who.en} {verb.past} {en.a(noun, adjective)} {when.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.un(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "actions.did-not",
        {"who": ANYBODY, "verb": ON_THINGS, "noun": THINGS, "when": PAST},
        lambda who, verb, noun, when: (
            f"{who.en} did not {verb.en} {en.the(noun)} {when.en}.",
            f"{who.fr} ne {fr.present('avoir', who)} pas {fr.participle(verb.fr)} {fr.le(noun)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.is-doing",
        {"who": ANYBODY, "verb": LASTING, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} {en.be(who)} {en.ing(verb)} {who.possessive_en} {en.group(noun, adjective)}.",
            f"{who.fr} {fr.present(verb.fr, who)} {fr.possessed(who, noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.will",
        {"who": ANYBODY, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS, "when": FUTURE},
        lambda who, verb, adjective, noun, when: (
            f"{who.en} will {verb.en} {en.the(noun, adjective)} {when.en}.",
            f"{who.fr} {fr.future(verb.fr, who)} {fr.le(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "actions.will-not",
        {"who": ANYBODY, "verb": ON_THINGS, "noun": THINGS, "when": FUTURE},
        lambda who, verb, noun, when: (
            f"{who.en} will not {verb.en} {who.possessive_en} {noun.en_plural} {when.en}.",
            f"{who.fr} ne {fr.future(verb.fr, who)} pas {fr.possessed(who, noun, plural=True)} {when.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.going-to",
        {"who": ANYBODY, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} {en.be(who)} going to {verb.en} {en.a(noun, adjective)}.",
            f"{who.fr} {fr.present('aller', who)} {verb.fr} {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.must",
        {"who": ANYBODY, "modal": MODALS, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, modal, verb, adjective, noun: (
            f"{who.en} {en.verb(modal, who)} {verb.en} {en.the(noun, adjective)}.",
            f"{who.fr} {fr.present(modal.fr, who)} {verb.fr} {fr.le(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.cannot",
        {"who": ANYBODY, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} cannot {verb.en} this {en.group(noun, adjective)}.",
            f"{who.fr} ne {fr.present('pouvoir', who)} pas {verb.fr} {fr.determined('ce', noun, adjective)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.would-like-to",
        {"who": PRONOUNS, "verb": ON_THINGS, "noun": THINGS, "owner": OWNERS},
        lambda who, verb, noun, owner: (
            f"{who.en} would like to {verb.en} {owner.en}'s {noun.en}.",
            f"{who.fr} {fr.conditional('vouloir', who)} {verb.fr} {fr.le(noun)} de {owner.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.has-just",
        {"who": ANYBODY, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} {en.have(who)} just {verb.participle} {en.a(noun, adjective)}.",
            f"{who.fr} {fr.present('venir', who)} de {verb.fr} {fr.un(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.the-one-that",
        {"noun": THINGS, "who": ANYBODY, "verb": ON_THINGS, "adjective": PREDICATES},
        lambda noun, who, verb, adjective: (
            f"{en.the(noun)} that {who.en} {verb.past} is {adjective.en}.",
            f"{fr.le(noun)} que {who.fr} {fr.had_of(verb.fr, who, noun.feminine, False)} "
            f"est {adjective.agreed(noun.feminine, False)}.",
        ),
    ),
    Pattern(
        "actions.those-that",
        {"noun": THINGS, "who": ANYBODY, "verb": ON_THINGS, "when": PAST, "adjective": PREDICATES},
        lambda noun, who, verb, when, adjective: (
            f"{en.the_plural(noun)} that {who.en} {verb.past} {when.en} are {adjective.en}.",
            f"{fr.les(noun)} que {who.fr} {fr.had_of(verb.fr, who, noun.feminine, True)} {when.fr} "
            f"sont {adjective.agreed(noun.feminine, True)}.",
        ),
    ),
    Pattern(
        "actions.was-done-by",
        {"noun": THINGS, "adjective": OF_THINGS, "verb": ON_PASSIVE, "who": THIRD},
        lambda noun, adjective, verb, who: (
            f"{en.the(noun, adjective)} was {verb.participle} by {who.en}.",
            f"{fr.le(noun, adjective)} a été {fr.agreed(fr.participle(verb.fr), noun.feminine, False)} par {who.fr}.",
        ),
    ),
    Pattern(
        "actions.were-not-done-by",
        {"noun": THINGS, "verb": ON_PASSIVE, "who": THIRD},
        lambda noun, verb, who: (
            f"{en.the_plural(noun)} were not {verb.participle} by {who.en}.",
            f"{fr.les(noun)} ne ont pas été {fr.agreed(fr.participle(verb.fr), noun.feminine, True)} par {who.fr}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.nobody",
        {"verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS, "when": PAST},
        lambda verb, adjective, noun, when: (
            f"nobody {verb.past} {en.the(noun, adjective)} {when.en}.",
            f"personne ne a {fr.participle(verb.fr)} {fr.le(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "actions.never",
        {"who": ANYBODY, "verb": ON_HABIT, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} never {en.verb(verb, who)} {who.possessive_en} {en.group(noun, adjective)}.",
            f"{who.fr} ne {fr.present(verb.fr, who)} jamais {fr.possessed(who, noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.often",
        {"who": NAMELESS, "often": OFTEN, "verb": ON_HABIT, "owner": NAMES, "noun": THINGS},
        lambda who, often, verb, owner, noun: (
            f"{who.en} {often.en} {en.verb(verb, who)} {owner.en}'s {noun.en}.",
            f"{who.fr} {fr.present(verb.fr, who)} {often.fr} {fr.le(noun)} de {owner.fr}.",
        ),
    ),
    Pattern(
        "actions.if-it-is",
        {"noun": THINGS, "adjective": FAULTS, "who": ANYBODY, "verb": ON_PURPOSE},
        lambda noun, adjective, who, verb: (
            f"if {en.the(noun)} is too {adjective.en}, {who.en} will not {verb.en} it.",
            f"si {fr.le(noun)} est trop {adjective.agreed(noun.feminine, False)}, {who.fr} "
            f"ne {'la' if noun.feminine else 'le'} {fr.future(verb.fr, who)} pas.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.if-then",
        {"who": PRONOUNS, "verb": ON_THINGS, "one": THINGS, "adjective": OF_THINGS, "other": THINGS},
        lambda who, verb, one, adjective, other: (
            f"if {who.en} {en.verb(verb, who)} {en.the(one)}, {who.en} will buy {en.a(other, adjective)}.",
            f"si {who.fr} {fr.present(verb.fr, who)} {fr.le(one)}, "
            f"{who.fr} {fr.future('acheter', who)} {fr.un(other, adjective)}.",
        ),
        apart=(("one", "other"),),
        shortens=True,
    ),
    Pattern(
        "actions.before",
        {"move": MOVES, "who": ANYBODY, "verb": ON_THINGS, "adjective": COLOURS, "noun": THINGS},
        lambda move, who, verb, adjective, noun: (
            f"before {en.ing(move)}, {who.en} {verb.past} {en.the(noun, adjective)}.",
            f"avant de {move.fr}, {who.fr} {fr.had(verb.fr, who)} {fr.le(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.without",
        {"who": GENDERED, "move": MOVES, "verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, move, verb, adjective, noun: (
            f"{who.en} {move.past} without {en.ing(verb)} {en.the(noun, adjective)}.",
            f"{who.fr} {fr.went(move.fr, who)} sans {verb.fr} {fr.le(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.ago",
        {"who": ANYBODY, "verb": ON_THINGS, "noun": THINGS, "number": SMALL_NUMBERS, "unit": UNITS_OF_TIME},
        lambda who, verb, noun, number, unit: (
            f"{who.en} {verb.past} this {noun.en} {en.counted(number.value, unit)} ago.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.determined('ce', noun)} il y a {fr.counted(number.value, unit)}.",
        ),
    ),
    Pattern(
        "actions.because",
        {"who": ANYBODY, "verb": ON_PURPOSE, "noun": THINGS, "adjective": FAULTS},
        lambda who, verb, noun, adjective: (
            f"{who.en} did not {verb.en} {en.the(noun)} because it was too {adjective.en}.",
            f"{who.fr} ne {fr.present('avoir', who)} pas {fr.participle(verb.fr)} {fr.le(noun)} "
            f"parce que {'elle' if noun.feminine else 'il'} était trop {adjective.agreed(noun.feminine, False)}.",
        ),
        shortens=True,
    ),
    Pattern(
        "actions.forgot-to",
        {"who": ANYBODY, "beginning": BEGINNINGS, "verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, beginning, verb, adjective, noun: (
            f"{who.en} {beginning.en} to {verb.en} {en.the(noun, adjective)}.",
            f"{who.fr} {fr.present('avoir', who)} {beginning.fr} {verb.fr} {fr.le(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.decided-not-to",
        {"who": ANYBODY, "verb": ON_PURPOSE, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"{who.en} decided not to {verb.en} {en.the_plural(noun, adjective)}.",
            f"{who.fr} {fr.had('décider', who)} de ne pas {verb.fr} {fr.les(noun, adjective)}.",
        ),
    ),
    Pattern(
        "actions.must-before",
        {"who": ANYBODY, "verb": ON_PURPOSE, "noun": THINGS, "date": DATES},
        lambda who, verb, noun, date: (
            f"{who.en} must {verb.en} {en.the(noun)} before {date.en}.",
            f"{who.fr} {fr.present('devoir', who)} {verb.fr} {fr.le(noun)} avant le {date.fr}.",
        ),
    ),
    Pattern(
        "animals.did",
        {"who": ANYBODY, "verb": ON_ANIMALS, "adjective": OF_ANIMALS, "noun": ANIMALS, "when": PAST},
        lambda who, verb, adjective, noun, when: (
            f"{who.en} {verb.past} {en.a(noun, adjective)} {when.en}.",
            f"{who.fr} {fr.had(verb.fr, who)} {fr.un(noun, adjective)} {when.fr}.",
        ),
    ),
    Pattern(
        "animals.is-watching",
        {"who": ANYBODY, "adjective": OF_ANIMALS, "noun": ANIMALS, "number": SMALL_NUMBERS},
        lambda who, adjective, noun, number: (
            f"{who.en} {en.be(who)} watching {en.counted(number.value, noun, adjective)}.",
            f"{who.fr} {fr.present('regarder', who)} {fr.counted(number.value, noun, adjective)}.",
        ),
    ),
)
