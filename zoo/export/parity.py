"""The proof that a bundle answers as its run: the same inputs through both, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.runtime.predictor import Predictor
    from zoo.topology import Answer, Topology

Timed = TypeVar("Timed")

TEXTS, TEXT = 20, 200
"""Texts of a language model that are compared, and characters of each."""
LESS_IS_BETTER = frozenset({"nats", "rmse", "mae"})


@dataclass(frozen=True)
class Parity:
    """How a bundle compares with its run.

    Attributes:
        examples: how many inputs both answered.
        equal: share of the answers that are the same.
        difference: the largest difference of two scores, natural logarithms of probabilities.
        seconds: of an input, the run's and the bundle's.
        metrics: name -> the run's and the bundle's.
    """

    examples: int
    equal: float
    difference: float
    seconds: tuple[float, float]
    metrics: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def loss(self) -> float:
        """The share of the first metric that is lost; negative where the bundle is better."""
        if not self.metrics:
            return 1.0 - self.equal
        name, (before, after) = next(iter(self.metrics.items()))
        change = after - before if name in LESS_IS_BETTER else before - after
        return change / max(abs(before), 1e-9)


def compare(topology: Topology, run: Predictor, bundle: Predictor, examples: Sequence[RawExample]) -> Parity:
    """Answer the inputs of examples with a run and with its bundle.

    Args:
        topology: of both.
        run: the run.
        bundle: made of it.
        examples: raw examples, such as those of the validation split.
    """
    if topology.name == "language model":
        return _compare_texts(run, bundle, examples)
    inputs = [example["source"] for example in examples]
    truth, first = _timed(lambda: run.answer(inputs))
    found, second = _timed(lambda: bundle.answer(inputs), lambda: bundle.answer(inputs[:1]))
    equal = [_shown(one.value) == _shown(other.value) for one, other in zip(truth, found, strict=True)]
    metrics = {}
    if topology.judges:
        before, after = (topology.judge(examples, answers).metrics for answers in (truth, found))
        metrics = {name: (before[name], after[name]) for name in before}
    count = max(1, len(inputs))
    return Parity(
        len(inputs), float(np.mean(equal)), _difference(truth, found), (first / count, second / count), metrics
    )


def _shown(value: object) -> str:
    """An answer as text, numbers to four digits."""
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _compare_texts(run: Predictor, bundle: Predictor, examples: Sequence[RawExample]) -> Parity:
    """Write texts of the same seeds with both, and score the same text with both."""
    text = "".join(islice(_characters(examples), TEXTS * TEXT))
    pieces = [text[begin : begin + TEXT] for begin in range(0, len(text), TEXT)] or ["\n"]
    before, after = ([score.tokens for score in one.score(pieces)] for one in (run, bundle))
    difference = max(float(np.abs(one - other).max(initial=0.0)) for one, other in zip(before, after, strict=True))
    characters = max(1, sum(map(len, pieces)))
    nats = tuple(-float(sum(tokens.sum() for tokens in scores)) / characters for scores in (before, after))
    texts, seconds = [], []
    for one in (run, bundle):
        written, took = _timed(partial(one.sample, count=TEXTS, length=TEXT, strategy="sample"))
        texts.append(written)
        seconds.append(took / (TEXTS * TEXT))
    equal = [one == other for one, other in zip(*texts, strict=True)]
    return Parity(TEXTS, float(np.mean(equal)), difference, (seconds[0], seconds[1]), {"nats": (nats[0], nats[1])})


def _characters(examples: Sequence[RawExample]) -> Iterator[str]:
    for example in examples:
        for chunk in example["target"].chunks():
            yield from chunk


def _timed(function: Callable[[], Timed], warm_up: Callable[[], object] | None = None) -> tuple[Timed, float]:
    """Call a function once by the clock, after a warm-up: a call of its own where none is given."""
    (warm_up or function)()
    begin = time.perf_counter()
    found = function()
    return found, time.perf_counter() - begin


def _difference(truth: Sequence[Answer], found: Sequence[Answer]) -> float:
    """The largest difference of the scores of equal answers."""
    pairs = zip(truth, found, strict=True)
    differences = [abs((one.score or 0.0) - (other.score or 0.0)) for one, other in pairs if one.value == other.value]
    return max(differences, default=0.0)
