"""Generates texts token by token, each token with its probability and what else it could have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from zoo.runtime.bundle_inference import BundleInference
from zoo.search.limits import check_seeds
from zoo.search.strategy import BeamState, StepContext, Strategy
from zoo.topology import LanguageModel
from zoo.topology.not_finite import naming_the_cause

if TYPE_CHECKING:
    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import TextCodec
    from zoo.runtime import Predictor
    from zoo.search.plan import Plan
    from zoo.search.stepper import Stepper
    from zoo.serve.raw_inputs import RawInput
    from zoo.settings import SearchSettings, Settings
    from zoo.topology import Inference

CONTEXT = 8
"""Tokens before an alternative that decide how it is written."""


@dataclass(frozen=True)
class TokenEvent:
    """A token of a text, or its end.

    Attributes:
        text: the characters that it completes; empty while a character is incomplete.
        probability: the model's own, before temperature and truncation; None where it is not known.
        alternatives: texts of other tokens with their probabilities, the likeliest first.
        reason: why the text ends: `end` (the model ended it), `length`, or empty where it goes on.
    """

    text: str
    probability: float | None = None
    alternatives: tuple[tuple[str, float], ...] = ()
    reason: str = ""


@dataclass
class Choices:
    """What the strategy chose in the last step, by number of the text."""

    count: int
    seeds: np.ndarray
    tokens: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    chances: np.ndarray = field(default_factory=lambda: np.zeros(0))
    likeliest: list[list[tuple[int, float]]] = field(default_factory=list)

    def note(self, rows: np.ndarray, scores: np.ndarray, tokens: np.ndarray) -> None:
        """Note a step.

        Args:
            rows: int `[B]`, numbers of the texts that are still generated.
            scores: float `[B, V]`, log-probabilities.
            tokens: int `[B]`, chosen.
        """
        self.rows, self.tokens = rows, tokens
        self.chances = np.exp(np.take_along_axis(scores, tokens[:, None], axis=1)[:, 0].astype(np.float64))
        if not self.count:
            return
        most = min(self.count + 1, scores.shape[1])
        places = np.argpartition(-scores, most - 1, axis=1)[:, :most] if most < scores.shape[1] else None
        self.likeliest = []
        for row, line in enumerate(scores):
            own = np.arange(len(line)) if places is None else places[row]
            ranked = own[np.argsort(-line[own], kind="stable")]
            others = [int(token) for token in ranked if token != tokens[row] and line[token] > -np.inf]
            self.likeliest.append([(token, float(np.exp(line[token]))) for token in others[: self.count]])


class NotingStrategy(Strategy):
    """Chooses as another strategy of one hypothesis does, and notes what it chose; on NumPy arrays only.

    The seeds of a search number its texts, so that a row of a batch is known wherever it has moved to.

    Args:
        inner: the strategy.
        choices: where it notes them.
    """

    def __init__(self, inner: Strategy, choices: Choices) -> None:
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_choices", choices)

    _inner: Strategy
    _choices: Choices

    def numbers(self) -> dict[str, np.ndarray]:
        """Options of the inner strategy."""
        return self._inner.numbers()

    def bind(self, numbers: Mapping[str, Tensor]) -> NotingStrategy:
        """Bind the options of the inner strategy."""
        return NotingStrategy(self._inner.bind(numbers), self._choices)

    def start(self, model: Stepper, state: Nest) -> Nest:
        """See `Strategy.start`."""
        return self._inner.start(model, state)

    def observe(self, own: Nest, model: Stepper, state: Nest, ended: Tensor) -> Nest:
        """See `Strategy.observe`."""
        return self._inner.observe(own, model, state, ended)

    def choose(self, context: StepContext) -> tuple[Tensor, Tensor | None]:
        """See `Strategy.choose`."""
        rows = np.asarray(context.seeds)
        tokens, parents = self._inner.choose(context._replace(seeds=self._choices.seeds[rows]))
        free = np.asarray(context.position) >= 0  # the others still read their primes
        self._choices.note(rows[free], np.asarray(context.scores)[free, 0], np.asarray(tokens)[free, 0])
        return tokens, parents

    def score(self, state: BeamState) -> Tensor:
        """See `Strategy.score`."""
        return self._inner.score(state)

    def finished(self, state: BeamState) -> Tensor:
        """See `Strategy.finished`."""
        return self._inner.finished(state)


def stream_tokens(
    predictor: Predictor, inputs: Sequence[RawInput], seeds: Sequence[int], search: SearchSettings, alternatives: int
) -> Iterator[list[tuple[int, TokenEvent]]]:
    """Generate a text for each input, all together.

    Args:
        predictor: writes text.
        inputs: raw; for a language model, the texts to continue.
        seeds: one a text; the same seed gives the same text.
        search: its settings.
        alternatives: how many other tokens to tell of each.

    Yields:
        After each step the events, as (number of the text, event); the last one of a text has a reason.

    Raises:
        ZooError: an input cannot be answered.
    """
    settings = replace(predictor.settings, search=search)
    inference = predictor.inference
    plan = inference.plan(search)
    by_line = getattr(getattr(settings, "text", None), "document", "file") == "line"  # such a text ends with its line
    if plan.strategy.width > 1 or search.copy_unknown or by_line or not isinstance(inference, BundleInference):
        yield from _whole_pieces(predictor, inputs, seeds, settings)
        return
    choices = Choices(alternatives, check_seeds(seeds, len(seeds)))
    plan = plan._replace(strategy=NotingStrategy(plan.strategy, choices))
    chunks, end = _generate(predictor, inference, inputs, plan, settings)
    codec = cast("TextCodec", inference.codecs["target"])
    texts = [_Text(codec, search.prefix, plan.prefix, search.length, end) for _ in inputs]
    if search.prefix:
        yield [(row, TokenEvent(search.prefix)) for row in range(len(texts))]
    with naming_the_cause(inference):
        for _ in chunks:
            events = []
            for place, row in enumerate(choices.rows.tolist()):
                others = choices.likeliest[place] if choices.count else []
                text = texts[row]
                if not text.done and (event := text.add(int(choices.tokens[place]), choices.chances[place], others)):
                    events.append((row, event))
            yield events
    yield [(row, TokenEvent(text.flush(), reason="length")) for row, text in enumerate(texts) if not text.done]


def _generate(
    predictor: Predictor, inference: Inference, inputs: Sequence[RawInput], plan: Plan, settings: Settings
) -> tuple[Iterator[list[np.ndarray]], int | None]:
    """The steps of a search, and the token that ends a text."""
    ids = list(range(len(inputs)))
    topology = predictor.topology
    if isinstance(topology, LanguageModel):
        codec = cast("TextCodec", inference.codecs["target"])
        primes = [[*codec.encode(str(prime) or "\n").tolist(), *plan.prefix] for prime in inputs]
        return inference.generator.stream(primes, seeds=ids, **plan.arguments), None
    from zoo.topology.source_to_text import SourceToText
    from zoo.topology.text_writer import TextWriter

    writes = cast("SourceToText", topology)
    codec = cast("TextCodec", inference.codecs["target"])
    begin, end = writes.begin(codec), writes.end(codec)
    writer = TextWriter(inference, settings, begin, end, writes.sequential)
    sources = writer.sources(inputs)
    steps = writer.generator().stream([plan.prefix] * len(inputs), sources=sources, seeds=ids, **plan.arguments)
    return steps, end


class _Text:
    """One text while it is generated."""

    def __init__(self, codec: TextCodec, prefix: str, tokens: list[int], limit: int, end: int | None) -> None:
        self._codec, self._end, self._left = codec, end, limit
        self._stream = codec.stream()
        if prefix:
            self._stream.push(np.asarray(tokens))
        self._last = list(tokens)[-CONTEXT:]
        self.done = False

    def add(self, token: int, chance: float, others: list[tuple[int, float]]) -> TokenEvent:
        """Add a token, and say what it is."""
        written = tuple((self._written(other), round(share, 6)) for other, share in others)
        chance = round(float(chance), 6)
        self._left -= 1
        if token == self._end:
            self.done = True
            return TokenEvent(self._stream.flush(), chance, written, "end")
        text = self._stream.push(np.asarray([token]))
        self._last = [*self._last, token][-CONTEXT:]
        if not self._left:
            self.done = True
            return TokenEvent(text + self._stream.flush(), chance, written, "length")
        return TokenEvent(text, chance, written)

    def flush(self) -> str:
        """What is left of an incomplete character."""
        self.done = True
        return self._stream.flush()

    def _written(self, token: int) -> str:
        """The text that a token would add."""
        if token >= self._codec.size:  # the token that ends a text
            return ""
        before = self._codec.decode(np.asarray(self._last, np.int64))
        after = self._codec.decode(np.asarray([*self._last, token], np.int64))
        return after.removeprefix(before)


def _whole_pieces(
    predictor: Predictor, inputs: Sequence[RawInput], seeds: Sequence[int], settings: Settings
) -> Iterator[list[tuple[int, TokenEvent]]]:
    """Texts piece by piece, without probabilities: of a beam, or of a model that is not a bundle."""
    for row, piece in predictor.topology.stream(predictor.inference, inputs, settings, list(seeds)):
        yield [(row, TokenEvent(piece))]
    yield [(row, TokenEvent("", reason="end")) for row in range(len(inputs))]
