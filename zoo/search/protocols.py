"""The interfaces of generators and scorers, whatever they run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypedDict

import numpy as np

from zoo.backend.types import Nest, Tensor
from zoo.search.hypothesis import Hypothesis
from zoo.search.processors import Processor
from zoo.search.score import Score
from zoo.search.stepper import Tokens
from zoo.search.strategy import Strategy

if TYPE_CHECKING:
    from zoo.search.memory import Encode


class ScorerOptions(TypedDict, total=False):
    """What a scorer takes besides its model (see `zoo.search.Scorer`)."""

    begin: int | None
    end: int | None
    encode: Encode | None
    fixed: bool


class GeneratorOptions(ScorerOptions, total=False):
    """What a generator takes besides its model (see `zoo.search.Generator`)."""

    banned: Sequence[int]


class TextGenerator(Protocol):
    """Searches for texts (see `zoo.search.Generator`)."""

    def search(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        mask: Tensor | None = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
        batch: int = 64,
    ) -> list[list[Hypothesis]]:
        """Search for texts (see `Generator.search`)."""

    def stream(
        self,
        primes: Sequence[Tokens] | None = None,
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        mask: Tensor | None = None,
        strategy: Strategy | None = None,
        processors: Sequence[Processor] = (),
        length: int | Sequence[int] = 100,
        seeds: Sequence[int] | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Search for texts, and yield their tokens as they are chosen (see `Generator.stream`)."""


class TextScorer(Protocol):
    """Scores texts (see `zoo.search.Scorer`)."""

    def score(
        self,
        primes: Sequence[Tokens] | None,
        texts: Sequence[Tokens],
        *,
        sources: Sequence[np.ndarray] | None = None,
        memory: Nest | None = None,
        ended: bool | Sequence[bool] = True,
        batch: int = 64,
    ) -> list[Score]:
        """Score texts (see `Scorer.score`)."""
