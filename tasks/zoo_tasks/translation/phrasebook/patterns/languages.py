"""Languages: who speaks, learns, teaches and translates which."""

from __future__ import annotations

from zoo_tasks.translation.phrasebook import english as en
from zoo_tasks.translation.phrasebook import french as fr
from zoo_tasks.translation.phrasebook.adjectives import QUALITIES
from zoo_tasks.translation.phrasebook.adverbials import SKILLS
from zoo_tasks.translation.phrasebook.names import LANGUAGES, PLACES
from zoo_tasks.translation.phrasebook.nouns import TEXTS
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.people import ANYBODY, ASKED, NAMELESS, NAMES, THIRD
from zoo_tasks.translation.phrasebook.words import Verb

_SPEAK = Verb("speak", "spoke", "spoken", "parler")

PATTERNS = (
    Pattern(
        "languages.speaks-well",
        {"who": ANYBODY, "language": LANGUAGES, "skill": SKILLS, "other": LANGUAGES},
        lambda who, language, skill, other: (
            f"{who.en} {en.verb(_SPEAK, who)} {language.en} {skill.en} but {who.pronoun_en} {en.do(who)} not speak "
            f"{other.en}.",
            f"{who.fr} {fr.present('parler', who)} {skill.fr} {language.fr} mais {who.pronoun_fr} ne "
            f"{fr.present('parler', who)} pas {other.fr}.",
        ),
        apart=(("language", "other"),),
        shortens=True,
    ),
    Pattern(
        "languages.is-learning",
        {"who": ANYBODY, "language": LANGUAGES, "place": PLACES},
        lambda who, language, place: (
            f"{who.en} {en.be(who)} learning {language.en} in {place.en}.",
            f"{who.fr} {fr.present('apprendre', who)} @le {language.fr} {place.within}.",
        ),
    ),
    Pattern(
        "languages.does-she-speak",
        {"who": ASKED, "language": LANGUAGES, "name": THIRD},
        lambda who, language, name: (
            f"{en.do(who)} {who.en} speak {language.en} with {name.en}?",
            f"{fr.inverted(fr.present('parler', who), who)} {language.fr} avec {name.fr} ?",
        ),
    ),
    Pattern(
        "languages.does-marie-speak",
        {"who": THIRD, "language": LANGUAGES, "other": LANGUAGES},
        lambda who, language, other: (
            f"{en.do(who)} {who.en} speak {language.en} or {other.en}?",
            f"est-ce que {who.fr} {fr.present('parler', who)} {language.fr} ou {other.fr} ?",
        ),
        apart=(("language", "other"),),
    ),
    Pattern(
        "languages.translated",
        {"who": ANYBODY, "noun": TEXTS, "one": LANGUAGES, "other": LANGUAGES},
        lambda who, noun, one, other: (
            f"{who.en} translated {en.the(noun)} from {one.en} into {other.en}.",
            f"{who.fr} {fr.had('traduire', who)} {fr.le(noun)} de @le {one.fr} en {other.fr}.",
        ),
        apart=(("one", "other"),),
    ),
    Pattern(
        "languages.is-written-in",
        {"adjective": QUALITIES, "noun": TEXTS, "language": LANGUAGES},
        lambda adjective, noun, language: (
            f"this {en.group(noun, adjective)} is written in {language.en}.",
            f"{fr.determined('ce', noun, adjective)} est {fr.agreed('écrit', noun.feminine, False)} en {language.fr}.",
        ),
    ),
    Pattern(
        "languages.teacher",
        {"who": ANYBODY, "language": LANGUAGES, "place": PLACES},
        lambda who, language, place: (
            f"{who.en} {en.be(who)} looking for @a {language.en} teacher in {place.en}.",
            f"{who.fr} {fr.present('chercher', who)} un professeur de {language.fr} {place.within}.",
        ),
    ),
    Pattern(
        "languages.does-not-understand",
        {"who": NAMELESS, "language": LANGUAGES, "name": NAMES},
        lambda who, language, name: (
            f"{who.en} {en.do(who)} not understand {language.en} when {name.en} speaks too fast.",
            f"{who.fr} ne {fr.present('comprendre', who)} pas @le {language.fr} quand {name.fr} parle trop vite.",
        ),
        shortens=True,
    ),
)
