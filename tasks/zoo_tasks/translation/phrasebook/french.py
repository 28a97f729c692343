"""French grammar: noun phrases, verb phrases, and what happens where words meet.

Phrases are written with the full forms of words. `finish` makes elisions (`je ai` -> `j'ai`), contractions
(`de @le` -> `du`) and the forms before a vowel (`ma amie` -> `mon amie`). A word with `@` is an article, a
demonstrative or an adjective before its noun, which behave otherwise than the words that are spelled the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from zoo_tasks.translation.phrasebook import conjugation
from zoo_tasks.translation.phrasebook.conjugation import participle as participle
from zoo_tasks.translation.phrasebook.words import Adjective, Noun, Person

_ELIDED = frozenset(["je", "me", "te", "se", "le", "la", "@le", "@la", "ne", "de", "que", "ce", "jusque"])
# Words before which nothing is elided although they begin with a vowel or an h that is not said.
_ASPIRATED = re.compile(r"(hache|harpe|hamster|hibou|haricot|homard|huit|onz|Hongrie|Honduras|hongrois|haut|hindi)")
_BEFORE_VOWEL = {
    "ma": "mon",
    "ta": "ton",
    "sa": "son",
    "@ce": "cet",
    "@beau": "bel",
    "@nouveau": "nouvel",
    "@vieux": "vieil",
}
_CONTRACTED = {
    ("de", "@le"): "du",
    ("de", "@les"): "des",
    ("à", "@le"): "au",
    ("à", "@les"): "aux",
}
_DETERMINERS = {
    "le": ("@le", "@la", "@les"),
    "un": ("un", "une", "des"),
    "ce": ("@ce", "cette", "ces"),
    "quel": ("quel", "quelle", "quels", "quelles"),
    "tout": ("tout @le", "toute @la", "tous @les", "toutes @les"),
    "mon": ("mon", "ma", "mes"),
    "votre": ("votre", "votre", "vos"),
}
_POSSESSIVES = (
    ("mon", "ma", "mes"),
    ("ton", "ta", "tes"),
    ("son", "sa", "ses"),
    ("notre", "notre", "nos"),
    ("votre", "votre", "vos"),
    ("leur", "leur", "leurs"),
)
_UNITS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def group(noun: Noun, adjective: Adjective | None = None, plural: bool = False) -> str:
    """A noun with its adjective on the right side: `petit chat`, `chat noir`."""
    word = noun.fr_plural if plural else noun.fr
    if adjective is None:
        return word
    form = adjective.agreed(noun.feminine, plural)
    if not adjective.before:
        return f"{word} {form}"
    return f"{'' if plural else '@'}{form} {word}"


def determined(
    determiner: str | tuple[str, ...], noun: Noun, adjective: Adjective | None = None, plural: bool = False
) -> str:
    """A noun phrase with a determiner that agrees.

    Args:
        determiner: its masculine singular (`le`, `un`, `ce`, `quel`, `tout`, `mon`, `votre`), or its forms: masculine
            and feminine singular, then the plural or both plurals.
        noun: the noun.
        adjective: where there is one.
        plural: the number.
    """
    forms = _DETERMINERS[determiner] if isinstance(determiner, str) else determiner
    if plural:
        form = forms[-1] if noun.feminine else forms[2]
        if form == "des" and adjective and adjective.before:
            form = "de"
    else:
        form = forms[1] if noun.feminine else forms[0]
    return f"{form} {group(noun, adjective, plural)}"


def le(noun: Noun, adjective: Adjective | None = None) -> str:
    """`le chat noir`, `la petite maison`."""
    return determined("le", noun, adjective)


def les(noun: Noun, adjective: Adjective | None = None) -> str:
    """`les chats noirs`."""
    return determined("le", noun, adjective, plural=True)


def un(noun: Noun, adjective: Adjective | None = None) -> str:
    """`un chat noir`, `une petite maison`."""
    return determined("un", noun, adjective)


def des(noun: Noun, adjective: Adjective | None = None) -> str:
    """`des chats noirs`, `de petits chats`."""
    return determined("un", noun, adjective, plural=True)


def superlative(noun: Noun, adjective: Adjective) -> str:
    """`le livre le plus cher`, `la plus belle lampe`."""
    article = "@la" if noun.feminine else "@le"
    form = adjective.agreed(noun.feminine, plural=False)
    if adjective.before:
        return f"{article} plus {group(noun, adjective)}"
    return f"{article} {noun.fr} {article} plus {form}"


def some(noun: Noun) -> str:
    """The partitive: `du pain`, `de la soupe`, `de l'eau`."""
    return f"de {le(noun)}"


def possessed(who: Person, noun: Noun, adjective: Adjective | None = None, plural: bool = False) -> str:
    """`son livre`, `sa petite maison`, `leurs clés`; `mon amie` before a vowel."""
    return determined(_POSSESSIVES[who.person], noun, adjective, plural)


def counted(number: int, noun: Noun, adjective: Adjective | None = None) -> str:
    """`une maison`, `vingt et une petites maisons`."""
    return f"{spelled(number, noun.feminine)} {group(noun, adjective, plural=number > 1)}"


def spelled(number: int, feminine: bool = False) -> str:
    """A number from 0 to 100 in words, in the spelling before 1990 (`vingt et un`)."""
    one = "une" if feminine else "un"
    if number == 1:
        return one
    if number < 20:
        return _UNITS[number]
    if number == 100:
        return "cent"
    tens = number // 10 * 10
    tens -= 10 if tens in (70, 90) else 0
    rest = number - tens
    if not rest:
        return "quatre-vingts" if tens == 80 else _TENS[tens]
    if rest in (1, 11) and tens < 80:
        return f"{_TENS[tens]} et {one if rest == 1 else 'onze'}"
    return f"{_TENS[tens]}-{one if rest == 1 else _UNITS[rest]}"


def together(*nouns: Noun) -> tuple[bool, bool]:
    """Gender and number of several nouns: feminine only where all are."""
    return all(noun.feminine for noun in nouns), True


def agreed(participle: str, feminine: bool, plural: bool) -> str:
    """A participle with its endings: `allée`, `allés`, `prises`."""
    if feminine:
        participle += "e"
    return participle + "s" if plural and not participle.endswith("s") else participle


def present(infinitive: str, who: Person) -> str:
    """The present tense of a verb."""
    return conjugation.present(infinitive, who.person)


def future(infinitive: str, who: Person) -> str:
    """The simple future of a verb."""
    return conjugation.future(infinitive, who.person)


def imperfect(infinitive: str, who: Person) -> str:
    """The imperfect of a verb."""
    return conjugation.imperfect(infinitive, who.person)


def conditional(infinitive: str, who: Person) -> str:
    """The present conditional of a verb."""
    return conjugation.conditional(infinitive, who.person)


def gerund(infinitive: str) -> str:
    """The present participle, which follows `en`."""
    return conjugation.gerund(infinitive)


def gone(infinitive: str, who: Person) -> str:
    """The participle of a verb with être, which agrees with its subject."""
    return agreed(participle(infinitive), who.feminine, who.plural)


def had(infinitive: str, who: Person) -> str:
    """The perfect of a verb with avoir: `ai acheté`."""
    return f"{present('avoir', who)} {participle(infinitive)}"


def had_of(infinitive: str, who: Person, feminine: bool, plural: bool) -> str:
    """The perfect of a verb with avoir whose object stands before it: `ai achetée`."""
    return f"{present('avoir', who)} {agreed(participle(infinitive), feminine, plural)}"


def went(infinitive: str, who: Person) -> str:
    """The perfect of a verb with être: `est allée`."""
    return f"{present('être', who)} {gone(infinitive, who)}"


def command(infinitive: str) -> str:
    """The polite imperative."""
    return conjugation.present(infinitive, 4)


def inverted(form: str, who: Person) -> str:
    """A verb with its pronoun behind it: `parlez-vous`, `a-t-elle`, `est-il`."""
    link = "-t-" if who.person == 2 and form[-1] not in "td" else "-"
    return f"{form}{link}{who.pronoun_fr}"


def finish(text: str) -> str:
    """Make elisions, contractions and the forms before a vowel, put capitals, and close the gaps.

    Question and exclamation marks keep an ordinary space before them.
    """
    words = re.sub(r"([.,?!])(?=\s|$)", r" \1", text).split()
    done: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        after = words[place + 1] if place + 1 < len(words) else ""
        contracted = _CONTRACTED.get((word, after))
        if contracted and (after == "@les" or not _begins_with_vowel(words[place + 2])):
            done.append(contracted)
            place += 2
            continue
        place += 1
        if _begins_with_vowel(after):
            if word in _ELIDED or (word == "si" and after in ("il", "ils")):
                word = word[:-1] + "'"
            word = _BEFORE_VOWEL.get(word, word)
        done.append(word.lstrip("@"))
    text = re.sub(r"' ", "'", " ".join(done))
    text = re.sub(r" ([.,])(?=\s|$)", r"\1", text)
    return re.sub(r"(^|[.?!] )(\w)", lambda found: found[1] + found[2].upper(), text)


@cache
def _begins_with_vowel(word: str) -> bool:
    word = word.lstrip("@")
    if not word or _ASPIRATED.match(word):
        return False
    if word[0] in "yY":
        return word in ("y", "yeux")
    first = unicodedata.normalize("NFD", word)[0].lower()
    return first in "aeiouhœ"
