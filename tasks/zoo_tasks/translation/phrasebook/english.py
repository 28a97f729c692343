"""English grammar: articles, plurals, verb forms, contractions."""

from __future__ import annotations

import re

from zoo_tasks.translation.phrasebook.words import Adjective, Noun, Person, Verb

_VOWELS = "aeiou"
_A_BEFORE_VOWEL = ("useful", "useless", "university", "European", "one")  # said with a consonant
_AN_BEFORE_CONSONANT = ("hour", "honest")
_DOUBLED = ("swim", "run", "get", "forget", "travel")

_NOT = {"cannot": "can't", "will not": "won't"}
_HAS_NOT = re.compile(r"\b(do|does|did|is|are|was|were|must|has|have|would) not\b", re.IGNORECASE)
_SHORT_FORMS = (
    (re.compile(r"\b(I) am\b"), r"\1'm"),
    (re.compile(r"\b(you|we|they) are\b", re.IGNORECASE), r"\1're"),
    (re.compile(r"\b(he|she|it|there|where) is\b", re.IGNORECASE), r"\1's"),
    (re.compile(r"\b(I|you|he|she|it|we|they) will\b", re.IGNORECASE), r"\1'll"),
    (re.compile(r"\b(I|you|he|she|we|they) would\b", re.IGNORECASE), r"\1'd"),
    (re.compile(r"\b(let) us\b", re.IGNORECASE), r"\1's"),
)

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def third(base: str) -> str:
    """The third person singular of a verb: `goes`, `looks for`."""
    head, space, particle = base.partition(" ")
    if head in ("must", "can"):
        return base
    if head == "have":
        head = "has"
    elif head.endswith(("s", "x", "ch", "sh", "o")):
        head += "es"
    elif head.endswith("y") and head[-2] not in _VOWELS:
        head = head[:-1] + "ies"
    else:
        head += "s"
    return head + space + particle


def ing(verb: Verb) -> str:
    """The form in -ing: `writing`, `looking for`."""
    head, space, particle = verb.en.partition(" ")
    if head in _DOUBLED:
        head += head[-1]
    elif head.endswith("e") and not head.endswith(("ee", "ye", "oe")) and head != "be":
        head = head[:-1]
    return head + "ing" + space + particle


def verb(verb: Verb, who: Person) -> str:
    """The simple present that agrees with a subject."""
    return third(verb.en) if who.person == 2 else verb.en


def be(who: Person) -> str:
    """The present of `be`."""
    return {0: "am", 2: "is"}.get(who.person, "are")


def was(who: Person) -> str:
    """The past of `be`."""
    return "was" if who.person in (0, 2) else "were"


def have(who: Person) -> str:
    """The present of `have`."""
    return "has" if who.person == 2 else "have"


def do(who: Person) -> str:
    """The present of the auxiliary `do`."""
    return "does" if who.person == 2 else "do"


def the(noun: Noun, adjective: Adjective | None = None) -> str:
    """`the red book`."""
    return f"the {group(noun, adjective)}"


def the_plural(noun: Noun, adjective: Adjective | None = None) -> str:
    """`the red books`."""
    return f"the {groups(noun, adjective)}"


def a(noun: Noun, adjective: Adjective | None = None) -> str:
    """`a red book`, `an old book`; `finish` chooses."""
    return f"@a {group(noun, adjective)}"


def group(noun: Noun, adjective: Adjective | None = None) -> str:
    """A noun with its adjective."""
    return f"{adjective.en} {noun.en}" if adjective else noun.en


def groups(noun: Noun, adjective: Adjective | None = None) -> str:
    """A plural noun with its adjective."""
    return f"{adjective.en} {noun.en_plural}" if adjective else noun.en_plural


def counted(number: int, noun: Noun, adjective: Adjective | None = None) -> str:
    """`one red book`, `twenty-one red books`."""
    return f"{spelled(number)} {group(noun, adjective) if number == 1 else groups(noun, adjective)}"


def spelled(number: int) -> str:
    """A number from 0 to 100 in words."""
    if number < 20:
        return _UNITS[number]
    if number == 100:
        return "a hundred"
    tens, units = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_UNITS[units]}" if units else "")


def contracted(text: str) -> str:
    """The spoken form of a sentence: `I don't`, `she's`, `can't`; `not` goes before the subject's short form."""
    for long, short in _NOT.items():
        text = re.sub(rf"\b{long}\b", short, text)
    text = _HAS_NOT.sub(r"\1n't", text)
    for pattern, form in _SHORT_FORMS:
        text = pattern.sub(form, text)
    return text


def finish(text: str) -> str:
    """Choose between a and an, put a capital at the beginning of each sentence, and close the gaps."""
    words = text.split()
    for place, word in enumerate(words):
        if word == "@a":
            words[place] = _article(words[place + 1])
    text = re.sub(r" ([.,?!])", r"\1", " ".join(words))
    return re.sub(r"(^|[.?!] )(\w)", lambda found: found[1] + found[2].upper(), text)


def _article(word: str) -> str:
    if word.startswith(_AN_BEFORE_CONSONANT):
        return "an"
    return "a" if word.startswith(_A_BEFORE_VOWEL) or word[0].lower() not in _VOWELS else "an"
