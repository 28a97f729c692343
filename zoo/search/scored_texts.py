"""Texts to score, checked and joined with what they continue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from zoo.errors import UsageError
from zoo.search.limits import check_tokens
from zoo.search.stepper import Tokens


class ScoredText(NamedTuple):
    """A text to score.

    Attributes:
        tokens: int32 `[n]`: what it continues, the text, and the end token where it has one.
        start: number of predictions before the first that counts.
    """

    tokens: np.ndarray
    start: int


def check_texts(
    primes: Sequence[Tokens] | None,
    texts: Sequence[Tokens],
    sources: Sequence[np.ndarray] | None,
    ended: bool | Sequence[bool],
    begin: int | None,
    end: int | None,
    vocabulary: int | None = None,
) -> list[ScoredText]:
    """Check the arguments of `Scorer.score`.

    Args:
        primes: tokens that each text continues; None: none, for a scorer with a begin token.
        texts: tokens of each text.
        sources: what the texts are about; or None.
        ended: whether the end token belongs to each text.
        begin: the token that every text begins with, before the prime; or None.
        end: the token that ends a text; or None.
        vocabulary: V, where it is known.

    Raises:
        UsageError: a prime is empty, a token is no token, or the arguments differ in number.
    """
    primes = [()] * len(texts) if primes is None else primes
    endings = [bool(ended)] * len(texts) if np.ndim(ended) == 0 else list(np.asarray(ended))
    for name, given in (("primes", primes), ("sources", sources), ("values of ended", endings)):
        if given is not None and len(given) != len(texts):
            raise UsageError(f"{len(given)} {name} for {len(texts)} texts: there must be one per text")
    found = []
    for number, (prime, text, ending) in enumerate(zip(primes, texts, endings, strict=True)):
        read = [] if begin is None else [begin]
        read += check_tokens(prime, f"prime {number + 1}", vocabulary).tolist()
        if not read:
            raise UsageError("an empty prime: without a begin token at least one token is needed to go on from")
        last = [] if end is None or not ending else [end]
        tokens = check_tokens(text, f"text {number + 1}", vocabulary).tolist()
        found.append(ScoredText(np.array([*read, *tokens, *last], np.int32), len(read) - 1))
    return found
