"""From the settings of a search to the arguments of a generator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypedDict, TypeVar

from zoo.errors import UsageError
from zoo.search.limits import MAX_LENGTH
from zoo.search.processors import Banned, Bias, Forced, MinLength, NoRepeat, Processor, RepetitionPenalty
from zoo.search.strategies import Factory, strategy_by_name
from zoo.search.strategy import Strategy

if TYPE_CHECKING:
    from zoo.settings import SearchSettings

Encode = Callable[[str], Iterable[int]]
T = TypeVar("T")

# Escapes for characters that cannot be typed or that separate the list.
ESCAPES = {r"\n": "\n", r"\t": "\t", r"\s": " ", r"\c": ",", r"\\": "\\"}


class SearchArguments(TypedDict):
    """Keyword arguments of `Generator.search` and `Generator.stream`."""

    strategy: Strategy
    processors: Sequence[Processor]
    length: int


class Plan(NamedTuple):
    """How to search.

    Attributes:
        strategy: chooses.
        processors: prefer and forbid.
        length: maximum number of tokens.
        prefix: tokens that every text begins with; they go at the end of the primes.
    """

    strategy: Strategy
    processors: Sequence[Processor]
    length: int
    prefix: list[int]

    @property
    def arguments(self) -> SearchArguments:
        """The keyword arguments of `Generator.search` and `Generator.stream`."""
        return {"strategy": self.strategy, "processors": self.processors, "length": self.length}


def make_plan(
    search: SearchSettings,
    encode: Encode,
    strategies: Mapping[str, Factory] | None = None,
    encode_token: Encode | None = None,
) -> Plan:
    """Read the settings of the part `search`.

    Args:
        search: the settings.
        encode: text -> tokens (`TextCodec.encode_text`).
        strategies: of plugins, by name.
        encode_token: the same for the text of a single token, which may be a space (`TextCodec.encode_token`).

    Returns:
        The plan.

    Raises:
        UsageError: an unknown strategy or token, a number out of range, or settings that contradict each other.
    """
    strategy = check_search(search, strategies)
    encode_token = encode_token or encode
    processors: list[Processor] = []
    if search.bias:
        pairs = [_pair(item, "bias", "TOKEN:NUMBER") for item in search.bias]
        numbers = tuple((_token(text, "bias", encode_token), float(number)) for text, number in pairs)
        processors.append(_named(lambda: Bias(numbers)))
    if search.repetition_penalty != 1:
        processors.append(_named(lambda: RepetitionPenalty(search.repetition_penalty)))
    banned = tuple(_token(text, "banned", encode_token) for text in search.banned)
    if banned:
        processors.append(Banned(banned))
    if search.forced:
        pairs = [_pair(item, "forced", "TOKEN:POSITION") for item in search.forced]
        forced = tuple((_position(position), _token(text, "forced", encode_token)) for text, position in pairs)
        if both := {text for text, _ in pairs if _token(text, "forced", encode_token) in banned}:
            raise UsageError(f"search.banned and search.forced contradict each other: both name '{min(both)}'")
        processors.append(Forced(forced))
    if search.no_repeat:
        processors.append(_named(lambda: NoRepeat(search.no_repeat)))
    if search.min_length:
        processors.append(_named(lambda: MinLength(search.min_length)))
    return Plan(strategy, processors, search.length, [int(token) for token in encode(search.prefix)])


def check_search(search: SearchSettings, strategies: Mapping[str, Factory] | None = None) -> Strategy:
    """Refuse settings that contradict each other, if that shows without a codec.

    Returns:
        The strategy.

    Raises:
        UsageError: see `make_plan`.
    """
    if search.min_length > search.length:
        raise UsageError(
            f"search.min_length={search.min_length} and search.length={search.length} contradict each other"
        )
    if search.length > MAX_LENGTH:
        raise UsageError(f"search.length={search.length}: it must be at most {MAX_LENGTH:,}")
    return _named(lambda: strategy_by_name(search.strategy, strategies).from_settings(search))


def _named(make: Callable[[], T]) -> T:
    """Make an object; an error about an option names the setting."""
    try:
        return make()
    except UsageError as error:
        raise UsageError(f"search.{error}" if "=" in str(error) else str(error)) from error


def _token(text: str, name: str, encode: Encode) -> int:
    for typed, meant in ESCAPES.items():
        text = meant if text == typed else text
    tokens = [int(token) for token in encode(text)]
    if len(tokens) != 1:
        raise UsageError(f"search.{name}: '{text}' is {len(tokens)} tokens for this model; expected one")
    return tokens[0]


def _pair(item: str, name: str, form: str) -> tuple[str, str]:
    text, colon, number = item.rpartition(":")
    if not colon or not text:
        raise UsageError(f"search.{name}: '{item}': expected {form}")
    try:
        float(number)
    except ValueError as error:
        raise UsageError(f"search.{name}: '{item}': expected {form}") from error
    return text, number


def _position(text: str) -> int:
    try:
        position = int(text)
    except ValueError as error:
        raise UsageError(f"search.forced: a position is a whole number, not '{text}'") from error
    if not 0 <= position < MAX_LENGTH:
        raise UsageError(f"search.forced: a position is from 0 (the first token) to {MAX_LENGTH - 1:,}, not {text}")
    return position
