"""Questions: inversion behind a pronoun, est-ce que, and the words that ask."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import CHOICES, OF_ANIMALS, OF_THINGS
from zoo_tasks.translation.phrasebook.adverbials import HABIT, OFTEN, PAST, REGULAR, SPOTS
from zoo_tasks.translation.phrasebook.names import PLACES
from zoo_tasks.translation.phrasebook.nouns import ANIMALS, THINGS
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ASKED, GENDERED_PRONOUNS, THIRD
from zoo_tasks.translation.phrasebook.verbs import ON_ANIMALS, ON_HABIT, ON_THINGS, PASTIMES
from zoo_tasks.translation.phrasebook.words import Adjective, Noun, Person


def _inverted_with_subject(form: str, who: Person) -> str:
    """A noun stays before the verb and is taken up behind it (`Marie a-t-elle`); a pronoun only stands behind it."""
    inverted = fr.inverted(form, who)
    return inverted if who in ASKED else f"{who.fr} {inverted}"


def _negative_with_subject(form: str, who: Person) -> str:
    negative = f"ne {fr.inverted(form, who)} pas"
    return negative if who in ASKED else f"{who.fr} {negative}"


def _the_one(noun: Noun, adjective: Adjective) -> str:
    """`la rouge`: a noun that goes without saying."""
    return f"{'@la' if noun.feminine else '@le'} {adjective.agreed(noun.feminine, False)}"


PATTERNS = (
    Pattern(
        "questions.does-she",
        {"who": ASKED, "often": OFTEN, "verb": ON_HABIT, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, often, verb, adjective, noun: (
            f"{en.do(who)} {who.en} {often.en} {verb.en} {en.the(noun, adjective)}?",
            f"{fr.inverted(fr.present(verb.fr, who), who)} {often.fr} {fr.le(noun, adjective)} ?",
        ),
    ),
    Pattern(
        "questions.does-marie",
        {"who": THIRD, "often": OFTEN, "verb": ON_HABIT, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, often, verb, adjective, noun: (
            f"{en.do(who)} {who.en} {often.en} {verb.en} {en.the(noun, adjective)}?",
            f"est-ce que {who.fr} {fr.present(verb.fr, who)} {often.fr} {fr.le(noun, adjective)} ?",
        ),
    ),
    Pattern(
        "questions.did-she",
        {"who": ASKED, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS, "when": PAST},
        lambda who, verb, adjective, noun, when: (
            f"did {who.en} {verb.en} {en.the(noun, adjective)} {when.en}?",
            f"{fr.inverted(fr.present('avoir', who), who)} {fr.participle(verb.fr)} {fr.le(noun, adjective)} "
            f"{when.fr} ?",
        ),
    ),
    Pattern(
        "questions.did-marie",
        {"who": THIRD, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"did {who.en} {verb.en} {en.a(noun, adjective)}?",
            f"est-ce que {who.fr} {fr.had(verb.fr, who)} {fr.un(noun, adjective)} ?",
        ),
    ),
    Pattern(
        "questions.where-does-marie",
        {"who": THIRD, "verb": PASTIMES, "when": HABIT},
        lambda who, verb, when: (
            f"where {en.do(who)} {who.en} {verb.en} {when.en}?",
            f"où {who.fr} {fr.inverted(fr.present(verb.fr, who), who)} {when.fr} ?",
        ),
    ),
    Pattern(
        "questions.where-did-she",
        {"who": ASKED, "verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, verb, adjective, noun: (
            f"where did {who.en} {verb.en} {en.the(noun, adjective)}?",
            f"où {fr.inverted(fr.present('avoir', who), who)} {fr.participle(verb.fr)} {fr.le(noun, adjective)} ?",
        ),
    ),
    Pattern(
        "questions.when-did-she-leave",
        {"who": GENDERED_PRONOUNS + THIRD, "place": PLACES},
        lambda who, place: (
            f"when did {who.en} leave for {place.en}?",
            f"quand {_inverted_with_subject(fr.present('être', who), who)} {fr.gone('partir', who)} pour {place.fr} ?",
        ),
    ),
    Pattern(
        "questions.when-will-she-come-back",
        {"who": ASKED + THIRD, "place": PLACES},
        lambda who, place: (
            f"when will {who.en} come back from {place.en}?",
            f"quand {_inverted_with_subject(fr.future('revenir', who), who)} {place.out_of} ?",
        ),
    ),
    Pattern(
        "questions.why-does-he-not",
        {"who": ASKED + THIRD, "verb": PASTIMES, "when": REGULAR},
        lambda who, verb, when: (
            f"why {en.do(who)}n't {who.en} {verb.en} {when.en}?",
            f"pourquoi {_negative_with_subject(fr.present(verb.fr, who), who)} {when.fr} ?",
        ),
    ),
    Pattern(
        "questions.how-many-does-marie-have",
        {"adjective": OF_THINGS, "noun": THINGS, "who": ASKED + THIRD},
        lambda adjective, noun, who: (
            f"how many {en.groups(noun, adjective)} {en.do(who)} {who.en} have?",
            f"combien de {fr.group(noun, adjective, plural=True)} "
            f"{_inverted_with_subject(fr.present('avoir', who), who)} ?",
        ),
    ),
    Pattern(
        "questions.how-many-did-he",
        {"noun": THINGS, "who": ASKED, "verb": ON_THINGS, "when": PAST},
        lambda noun, who, verb, when: (
            f"how many {noun.en_plural} did {who.en} {verb.en} {when.en}?",
            f"combien de {noun.fr_plural} {fr.inverted(fr.present('avoir', who), who)} "
            f"{fr.agreed(fr.participle(verb.fr), noun.feminine, True)} {when.fr} ?",
        ),
    ),
    Pattern(
        "questions.which-do-you-prefer",
        {"noun": THINGS, "who": ASKED, "one": CHOICES, "other": CHOICES},
        lambda noun, who, one, other: (
            f"which {noun.en} {en.do(who)} {who.en} prefer, the {one.en} one or the {other.en} one?",
            f"{fr.determined('quel', noun)} {fr.inverted(fr.present('préférer', who), who)}, "
            f"{_the_one(noun, one)} ou {_the_one(noun, other)} ?",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "questions.which-did-marie",
        {"noun": THINGS, "who": ASKED + THIRD, "verb": ON_THINGS},
        lambda noun, who, verb: (
            f"which {noun.en} did {who.en} {verb.en}?",
            f"{fr.determined('quel', noun)} {_inverted_with_subject(fr.present('avoir', who), who)} "
            f"{fr.agreed(fr.participle(verb.fr), noun.feminine, False)} ?",
        ),
    ),
    Pattern(
        "questions.how-much-does-it-cost",
        {"adjective": OF_THINGS, "noun": THINGS, "spot": SPOTS},
        lambda adjective, noun, spot: (
            f"how much does {en.the(noun, adjective)} {spot.en} cost?",
            f"combien coûte {fr.le(noun, adjective)} {spot.fr} ?",
        ),
    ),
    Pattern(
        "questions.how-much-did-she-pay",
        {"who": ASKED, "adjective": OF_THINGS, "noun": THINGS},
        lambda who, adjective, noun: (
            f"how much did {who.en} pay for {en.the(noun, adjective)}?",
            f"combien {fr.inverted(fr.present('avoir', who), who)} payé pour {fr.le(noun, adjective)} ?",
        ),
    ),
    Pattern(
        "questions.how-long",
        {"who": ASKED + THIRD, "verb": PASTIMES, "place": PLACES},
        lambda who, verb, place: (
            f"how long {en.have(who)} {who.en} been {en.ing(verb)} in {place.en}?",
            f"depuis combien de temps {_inverted_with_subject(fr.present(verb.fr, who), who)} {place.within} ?",
        ),
    ),
    Pattern(
        "questions.who-did",
        {"verb": ON_THINGS, "adjective": OF_THINGS, "noun": THINGS, "when": PAST},
        lambda verb, adjective, noun, when: (
            f"who {verb.past} {en.the(noun, adjective)} {when.en}?",
            f"qui a {fr.participle(verb.fr)} {fr.le(noun, adjective)} {when.fr} ?",
        ),
    ),
    Pattern(
        "questions.what-did-marie",
        {"who": THIRD, "verb": ON_THINGS, "place": PLACES},
        lambda who, verb, place: (
            f"what did {who.en} {verb.en} in {place.en}?",
            f"que est-ce que {who.fr} {fr.had(verb.fr, who)} {place.within} ?",
        ),
    ),
    Pattern(
        "questions.what-did-she",
        {"who": ASKED, "verb": ON_THINGS, "place": PLACES},
        lambda who, verb, place: (
            f"what did {who.en} {verb.en} in {place.en}?",
            f"que {fr.inverted(fr.present('avoir', who), who)} {fr.participle(verb.fr)} {place.within} ?",
        ),
    ),
    Pattern(
        "questions.whose",
        {"adjective": OF_THINGS, "noun": THINGS, "spot": SPOTS},
        lambda adjective, noun, spot: (
            f"whose is {en.the(noun, adjective)} {spot.en}?",
            f"à qui est {fr.le(noun, adjective)} {spot.fr} ?",
        ),
    ),
    Pattern(
        "questions.have-you-ever",
        {"who": ASKED, "verb": ON_ANIMALS, "adjective": OF_ANIMALS, "noun": ANIMALS},
        lambda who, verb, adjective, noun: (
            f"{en.have(who)} {who.en} ever {verb.participle} {en.a(noun, adjective)}?",
            f"{fr.inverted(fr.present('avoir', who), who)} déjà {fr.participle(verb.fr)} {fr.un(noun, adjective)} ?",
        ),
    ),
)
