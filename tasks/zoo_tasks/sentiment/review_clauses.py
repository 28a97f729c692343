"""Clauses of the composed reviews: a word of praise or blame in a frame that keeps or turns round its meaning."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from zoo_tasks.sentiment.review_words import SHORT, Domain, Topic

ADJECTIVES = frozenset({"adjective", "long adjective"})
STATES = ADJECTIVES | {"measure"}
ALL = STATES | {"noun"}


@dataclass(frozen=True)
class Frame:
    """A clause with room for one word of praise or blame.

    Args:
        text: with `{a}` for what is judged, `{was}` and `{it}` in agreement with it, and `{word}`.
        flips: whether the clause says the opposite of its word.
        fits: kinds of words that it takes.
        inside: whether it reads well behind a conjunction such as "although".
    """

    text: str
    flips: bool
    fits: frozenset[str] = ALL
    inside: bool = True


@dataclass(frozen=True)
class Clause:
    """A clause that praises or blames.

    Args:
        text: without a capital or a full stop.
        subject: what it is about.
        pair: its frame and word, which no other split has.
    """

    text: str
    subject: str
    pair: tuple[str, str]


MORE = frozenset({"long adjective"})
NOUN = frozenset({"noun"})
DEED = frozenset({"deed"})

FRAMES = (
    Frame("{a} {was} {word}", False),
    Frame("{a} {was} truly {word}", False, NOUN | ADJECTIVES),
    Frame("{a} {was} nothing if not {word}", False, ADJECTIVES),
    Frame("{a} {was} nothing less than {word}", False, NOUN),
    Frame("{a} {was} nothing short of {word}", False, NOUN),
    Frame("{a} {was} even more {word} than I had expected", False, MORE),
    Frame("{a} {was} just as {word} as everybody says", False, ADJECTIVES),
    Frame("{a} {was} no less {word} than the last time", False, ADJECTIVES),
    Frame("{a} could not have been more {word}", False, MORE),
    Frame("{a} never ceased to be {word}", False, ADJECTIVES),
    Frame("I have to say that {a} {was} {word}", False),
    Frame("I would call {a} {word}", False),
    Frame("I cannot deny that {a} {was} {word}", False),
    Frame("I cannot say that {a} {was} not {word}", False),
    Frame("I found {a} {word}", False, STATES),
    Frame("nobody can dispute that {a} {was} {word}", False),
    Frame("nobody I know would say that {a} {was} not {word}", False),
    Frame("everybody I know would call {a} {word}", False),
    Frame("hardly anybody doubted that {a} {was} {word}", False),
    Frame("it would be fair to call {a} {word}", False),
    Frame("it would be wrong to say that {a} {was} not {word}", False),
    Frame("I had expected {a} to be {word}, and {it} {was}", False, ALL, inside=False),
    Frame("my friend said that {a} {was} {word}, and I agree", False, ALL, inside=False),
    Frame("people claim that {a} {was} {word}, and they are right", False, ALL, inside=False),
    Frame("{a} {was} not {word}", True),
    Frame("{a} {was} not {word} at all", True, NOUN | ADJECTIVES),
    Frame("{a} {was} never {word}", True, STATES),
    Frame("{a} {was} hardly {word}", True),
    Frame("{a} {was} anything but {word}", True, NOUN | ADJECTIVES),
    Frame("{a} {was} far from being {word}", True),
    Frame("{a} {was} by no means {word}", True),
    Frame("{a} {was} much less {word} than I had expected", True, ADJECTIVES),
    Frame("{a} {was} not nearly as {word} as everybody says", True, ADJECTIVES),
    Frame("{a} could not have been less {word}", True, ADJECTIVES),
    Frame("I cannot say that {a} {was} {word}", True),
    Frame("I would not call {a} {word}", True),
    Frame("I never found {a} {word}", True, STATES),
    Frame("I dispute that {a} {was} {word}", True),
    Frame("nobody I know would call {a} {word}", True),
    Frame("nobody can pretend that {a} {was} {word}", True),
    Frame("everybody I know would deny that {a} {was} {word}", True),
    Frame("hardly anybody thought that {a} {was} {word}", True),
    Frame("it would be wrong to call {a} {word}", True),
    Frame("I fail to see how anyone could find {a} {word}", True, STATES),
    Frame("not once did I find {a} {word}", True, STATES, inside=False),
    Frame("I had expected {a} to be {word}, but {it} {was} not", True, ALL, inside=False),
    Frame("my friend said that {a} {was} {word}, but I disagree", True, ALL, inside=False),
    Frame("people claim that {a} {was} {word}, and they are wrong", True, ALL, inside=False),
    Frame("I would {word}", False, DEED),
    Frame("I would not hesitate to {word}", False, DEED),
    Frame("I could hardly wait to {word}", False, DEED),
    Frame("I had every reason to {word}", False, DEED),
    Frame("I am the first person who would {word}", False, DEED),
    Frame("nobody could keep me from wanting to {word}", False, DEED),
    Frame("I can see why people {word}", False, DEED),
    Frame("I would never {word}", True, DEED),
    Frame("I would be a fool to {word}", True, DEED),
    Frame("I could not bring myself to {word}", True, DEED),
    Frame("I had no reason to {word}", True, DEED),
    Frame("I am the last person who would {word}", True, DEED),
    Frame("nobody could make me {word}", True, DEED),
    Frame("I cannot see why people {word}", True, DEED),
)
PHRASE = "the {word} {noun}"
"""The frame of a word before its noun, as in "despite the bland soup"."""

_TRIES = 100  # a domain may have no pair that is allowed


def kind(word: str) -> str:
    """Tell an adjective that takes "more" from one that does not."""
    return "adjective" if word in SHORT else "long adjective"


def draw_clause(
    draw: random.Random,
    domain: Domain,
    thing: str,
    praise: bool,
    allowed: Callable[[tuple[str, str]], bool],
    other: Clause | None = None,
    inside: bool = False,
) -> Clause | None:
    """Compose a clause; whether its word is one of praise or of blame is left to chance, the frame makes up for it.

    Args:
        draw: of random numbers.
        domain: what kind of thing is reviewed.
        thing: what is reviewed.
        praise: whether the clause as a whole praises.
        allowed: whether a frame and a word may be used together.
        other: a clause of the same review, which has another subject and another word.
        inside: whether the clause stands behind a conjunction.

    Returns:
        A clause; None where none was found that is allowed.
    """
    for _ in range(_TRIES):
        flips = draw.random() < 0.5
        word, sort, subject, plural = _draw_word(draw, domain, thing, praise != flips)
        if other and (subject == other.subject or word == other.pair[1]):
            continue
        fitting = [
            frame for frame in FRAMES if frame.flips == flips and sort in frame.fits and (frame.inside or not inside)
        ]
        frame = draw.choice(fitting)
        pair = (frame.text, word)
        if allowed(pair):
            was, it = ("were", "they") if plural else ("was", "it")
            return Clause(frame.text.format(a=f"the {subject}", was=was, it=it, word=word), subject, pair)
    return None


def draw_phrase(
    draw: random.Random, domain: Domain, praise: bool, allowed: Callable[[tuple[str, str]], bool], other: Clause
) -> Clause | None:
    """Compose an adjective with its noun, such as "the bland soup" (see `draw_clause`)."""
    for _ in range(_TRIES):
        topic = draw.choice(domain.topics)
        word = draw.choice(topic.good if praise else topic.bad)
        noun, _ = _draw_subject(draw, topic)
        pair = (PHRASE, word)
        if noun != other.subject and word != other.pair[1] and allowed(pair):
            return Clause(PHRASE.format(word=word, noun=noun), noun, pair)
    return None


def _draw_word(draw: random.Random, domain: Domain, thing: str, praise: bool) -> tuple[str, str, str, bool]:
    """A word of praise or blame, its kind, what it is said of, and whether that is a plural."""
    chance = draw.random()
    if chance < 0.15:
        return draw.choice(domain.good_deeds if praise else domain.bad_deeds), "deed", "", False
    if chance < 0.3:
        return draw.choice(domain.good_nouns if praise else domain.bad_nouns), "noun", thing, False
    topic = draw.choice(domain.topics)
    subject, plural = _draw_subject(draw, topic)
    if chance < 0.45 and topic.measures:
        measure = draw.choice(topic.measures)
        return f"{measure} enough" if praise else f"too {measure}", "measure", subject, plural
    word = draw.choice(topic.good if praise else topic.bad)
    return word, kind(word), subject, plural


def _draw_subject(draw: random.Random, topic: Topic) -> tuple[str, bool]:
    noun = draw.choice(topic.singular + topic.plural)
    return noun, noun in topic.plural
