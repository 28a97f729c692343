"""What a word list holds: the words of both languages side by side, with what grammar must know of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Lexeme(Protocol):
    """Anything that fills a slot of a sentence pattern."""

    @property
    def kind(self) -> str:
        """What combinations it makes: `noun`, `adjective`, `verb`, `person`, ..."""

    @property
    def en(self) -> str:
        """Its English; two lexemes of one kind never share it with different French."""


@dataclass(frozen=True)
class Noun:
    """A noun.

    Args:
        en: English singular.
        fr: French singular.
        feminine: the French gender.
        en_plural: English plural, where it is not regular.
        fr_plural: French plural, where it is not regular.
    """

    en: str
    fr: str
    feminine: bool
    en_plural: str
    fr_plural: str
    kind: str = "noun"


@dataclass(frozen=True)
class Adjective:
    """An adjective.

    Args:
        en: English.
        masculine: French masculine singular.
        feminine: French feminine singular.
        masculine_plural: French masculine plural.
        feminine_plural: French feminine plural.
        before: whether it stands before a French noun.
        comparative: English comparative, such as `heavier`; empty where it has none.
        superlative: English superlative, such as `heaviest`.
    """

    en: str
    masculine: str
    feminine: str
    masculine_plural: str
    feminine_plural: str
    before: bool = False
    comparative: str = ""
    superlative: str = ""
    kind: str = "adjective"

    def agreed(self, feminine: bool, plural: bool) -> str:
        """The French form for a gender and number."""
        if feminine:
            return self.feminine_plural if plural else self.feminine
        return self.masculine_plural if plural else self.masculine


@dataclass(frozen=True)
class Verb:
    """A verb; English particles (`look for`) stay behind the word that is inflected.

    Args:
        en: English base form.
        past: English simple past.
        participle: English past participle.
        fr: French infinitive, without its reflexive pronoun.
    """

    en: str
    past: str
    participle: str
    fr: str
    kind: str = "verb"


@dataclass(frozen=True)
class Person:
    """A subject: a pronoun, a name or a noun phrase.

    Args:
        en: English.
        fr: French; articles as `french.finish` takes them.
        person: 0 to 5 for je, tu, il or elle, nous, vous, ils or elles.
        feminine: gender for agreement.
        known_gender: False for I, you and we, which say nothing of gender.
    """

    en: str
    fr: str
    person: int
    feminine: bool = False
    known_gender: bool = True
    kind: str = "person"

    @property
    def plural(self) -> bool:
        """Whether adjectives and participles take the plural (a polite `vous` does not)."""
        return self.person in (3, 5)

    @property
    def pronoun_en(self) -> str:
        """The English pronoun of this person."""
        return ("I", "you", "she" if self.feminine else "he", "we", "you", "they")[self.person]

    @property
    def pronoun_fr(self) -> str:
        """The French pronoun of this person."""
        feminine = self.feminine
        return ("je", "tu", "elle" if feminine else "il", "nous", "vous", "elles" if feminine else "ils")[self.person]

    @property
    def possessive_en(self) -> str:
        """My, your, his, her, our or their."""
        return ("my", "your", "her" if self.feminine else "his", "our", "your", "their")[self.person]

    @property
    def reflexive_fr(self) -> str:
        """The French reflexive pronoun."""
        return ("me", "te", "se", "nous", "vous", "se")[self.person]


@dataclass(frozen=True)
class Pronoun:
    """An object pronoun that stands before the French verb.

    Args:
        en: English, such as `him`.
        direct: French direct object.
        indirect: French indirect object.
        feminine: gender for a participle behind it.
        plural: number for a participle behind it.
        known_gender: False for me, you and us.
    """

    en: str
    direct: str
    indirect: str
    feminine: bool = False
    plural: bool = False
    known_gender: bool = True
    kind: str = "pronoun"


@dataclass(frozen=True)
class Phrase:
    """Words that go into both languages as they are: an adverb, a time, a date, a language, an amount."""

    en: str
    fr: str
    kind: str


@dataclass(frozen=True)
class Number:
    """A whole number, spelled out by the grammar of each language."""

    value: int
    kind: str = "number"

    @property
    def en(self) -> str:
        """Its digits, which name it."""
        return str(self.value)


@dataclass(frozen=True)
class Place:
    """A country or a city, with the French prepositions that go with it.

    Args:
        en: English, with `the` where it has an article.
        fr: French with its article, as the object of a verb takes it.
        within: `en France`, `au Japon`, `à Rome`: where somebody is or goes.
        out_of: `de France`, `du Japon`, `de Rome`: where somebody comes from.
    """

    en: str
    fr: str
    within: str
    out_of: str
    kind: str = "place"


@dataclass(frozen=True)
class Profession:
    """What somebody does for a living; French says it without an article."""

    en: str
    masculine: str
    feminine: str
    kind: str = "profession"

    def agreed(self, feminine: bool) -> str:
        """The French form for a gender."""
        return self.feminine if feminine else self.masculine
