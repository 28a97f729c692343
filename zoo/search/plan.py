"""From the settings of a search to what a generator is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from zoo.errors import UsageError
from zoo.search.processors import Banned, Bias, Forced, MinLength, NoRepeat, Processor, RepetitionPenalty
from zoo.search.strategies import strategy_by_name
from zoo.search.strategy import Strategy

Encode = Callable[[str], Iterable[int]]

# What cannot be typed, or would be lost at a comma.
ESCAPES = {r"\n": "\n", r"\t": "\t", r"\s": " ", r"\c": ",", r"\\": "\\"}


class Plan(NamedTuple):
    """How to search.

    Attributes:
        strategy: chooses.
        processors: prefer and forbid.
        length: the greatest number of tokens.
        prefix: tokens that every text begins with; they go at the end of the primes.
    """

    strategy: Strategy
    processors: Sequence[Processor]
    length: int
    prefix: list[int]

    @property
    def arguments(self) -> dict[str, Any]:
        """The keywords of `Generator.search` and `Generator.stream`."""
        return {"strategy": self.strategy, "processors": self.processors, "length": self.length}


def make_plan(search: Any, encode: Encode, strategies: Mapping[str, Callable[..., Any]] | None = None) -> Plan:
    """Read the settings of the part `search`.

    Args:
        search: a `zoo.settings.SearchSettings`.
        encode: text -> tokens (`TextCodec.encode_text`).
        strategies: that plugins brought, by name.

    Returns:
        The plan.

    Raises:
        UsageError: an unknown strategy, settings that contradict one another, or a token that there is not.
    """
    strategy = check_search(search, strategies)
    processors: list[Processor] = []
    if search.bias:
        pairs = [_pair(item, "bias", "TOKEN:NUMBER") for item in search.bias]
        processors.append(Bias(tuple((_token(token, "bias", encode), _number(value, float)) for token, value in pairs)))
    if search.repetition_penalty != 1:
        processors.append(RepetitionPenalty(search.repetition_penalty))
    banned = tuple(_token(token, "banned", encode) for token in search.banned)
    if banned:
        processors.append(Banned(banned))
    if search.forced:
        pairs = [_pair(item, "forced", "TOKEN:POSITION") for item in search.forced]
        forced = tuple((_number(place, int), _token(token, "forced", encode)) for token, place in pairs)
        if both := {token for token, place in pairs if _token(token, "forced", encode) in banned}:
            raise UsageError(f"search.banned and search.forced contradict each other: both name '{min(both)}'")
        processors.append(Forced(forced))
    if search.no_repeat:
        processors.append(NoRepeat(search.no_repeat))
    if search.min_length:
        processors.append(MinLength(search.min_length))
    return Plan(strategy, processors, search.length, [int(token) for token in encode(search.prefix)])


def check_search(search: Any, strategies: Mapping[str, Callable[..., Any]] | None = None) -> Strategy:
    """Refuse settings that contradict one another, as far as can be said without a codec.

    Returns:
        The strategy.

    Raises:
        UsageError: see `make_plan`.
    """
    if search.min_length > search.length:
        raise UsageError(
            f"search.min_length={search.min_length} and search.length={search.length} contradict each other"
        )
    try:
        return strategy_by_name(search.strategy, strategies).from_settings(search)
    except UsageError as error:
        raise UsageError(f"search.{error}" if "=" in str(error) else str(error)) from error


def _token(text: str, name: str, encode: Encode) -> int:
    for typed, meant in ESCAPES.items():
        text = meant if text == typed else text
    tokens = [int(token) for token in encode(text)]
    if len(tokens) != 1:
        raise UsageError(f"search.{name}: '{text}' is {len(tokens)} tokens of this model; one was expected")
    return tokens[0]


def _pair(item: str, name: str, form: str) -> tuple[str, str]:
    token, colon, value = item.rpartition(":")
    if not colon or not token:
        raise UsageError(f"search.{name}: '{item}': expected {form}")
    try:
        float(value)
    except ValueError as error:
        raise UsageError(f"search.{name}: '{item}': expected {form}") from error
    return token, value


def _number(text: str, kind: type) -> Any:
    try:
        number = kind(text)
    except ValueError as error:
        raise UsageError(f"search.forced: a place is a whole number, not '{text}'") from error
    if kind is int and number < 0:
        raise UsageError(f"search.forced: a place is at least 0 (the first token), not {text}")
    return number
