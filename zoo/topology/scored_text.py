"""How probable a text is to a model that writes: of each line, of each token, and of all of it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class ScoredText:
    """The score of a line of a text, or of an example's target.

    Attributes:
        number: of the line or example, from 1.
        text: the line without its end, or the target.
        source: what the target is about, as one line; empty for a language model.
        tokens: each token's text and natural log-probability; the mark that ends a text has the text `</s>`.
        characters: that the tokens stand for, a line's end included.
    """

    number: int
    text: str
    source: str
    tokens: tuple[tuple[str, float], ...]
    characters: int

    @property
    def log_probability(self) -> float:
        """Of the whole text, natural."""
        return math.fsum(value for _, value in self.tokens)

    def as_json(self) -> dict[str, object]:
        """Return it for JSON."""
        total = ScoreTotals()
        total.add(self)
        source = {"source": self.source} if self.source else {}
        scored = [[token, value] for token, value in self.tokens]
        return {"number": self.number, **source, "text": self.text, **total.metrics(), "token_scores": scored}


@dataclass
class ScoreTotals:
    """Sums over scored texts.

    Attributes:
        texts: how many lines or examples.
        tokens: how many tokens.
        characters: that they stand for.
        nats: the negative natural log-probability of them all.
    """

    texts: int = 0
    tokens: int = 0
    characters: int = 0
    nats: float = 0.0

    def add(self, text: ScoredText) -> None:
        """Add a text."""
        self.texts += 1
        self.tokens += len(text.tokens)
        self.characters += text.characters
        self.nats -= text.log_probability

    def metrics(self) -> dict[str, object]:
        """Return the sums, and nats and bits a character and the perplexity of a token; None where there is none."""
        per_character = self.nats / self.characters if self.characters else None
        return {
            "tokens": self.tokens,
            "characters": self.characters,
            "log_probability": -self.nats,
            "nats": per_character,
            "bits": None if per_character is None else per_character / math.log(2),
            "perplexity": math.exp(min(self.nats / self.tokens, 700.0)) if self.tokens else None,
        }
