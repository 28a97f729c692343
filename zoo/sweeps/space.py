"""The space of a sweep: which settings vary, over what, and when."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from zoo.errors import UsageError, did_you_mean
from zoo.settings.fields import quoted
from zoo.settings.overrides import Override
from zoo.settings.resolve import build, find_setting

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

Value: TypeAlias = str | int | float | bool

FIXED = ("out", "config", "seed", "engine", "device")
"""Settings, and a part, that are the same in all trials."""
_RANGE = re.compile(r"([^,]+?)\.\.([^,:]+)((?::[^:]+)*)")


@dataclass(frozen=True)
class Condition:
    """Another searched setting, and the values of it for which a dimension is searched."""

    key: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Dimension:
    """A setting that varies.

    Attributes:
        key: its dotted name.
        choices: the values to choose from; empty for a range.
        low: the least value of a range.
        high: the greatest, included.
        log: whether to search the range on a logarithmic scale.
        step: between the values of a range; None for any value.
        whole: whether the values are whole numbers.
        condition: when it is searched; None for always.
    """

    key: str
    choices: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    whole: bool = False
    condition: Condition | None = None

    def distribution(self) -> BaseDistribution:
        """Return it as Optuna describes it."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if self.choices:
            return CategoricalDistribution(self.choices)
        if self.whole:
            return IntDistribution(int(self.low), int(self.high), log=self.log, step=int(self.step or 1))
        return FloatDistribution(self.low, self.high, log=self.log, step=self.step)

    def suggest(self, trial: Trial) -> Value:
        """Return the trial's value, which is drawn if it has none yet."""
        if self.choices:
            found = trial.suggest_categorical(self.key, self.choices)
            assert found is not None
            return found
        if self.whole:
            return trial.suggest_int(self.key, int(self.low), int(self.high), log=self.log, step=int(self.step or 1))
        return trial.suggest_float(self.key, self.low, self.high, log=self.log, step=self.step)

    def is_searched(self, values: Mapping[str, Value]) -> bool:
        """Whether its condition holds.

        Args:
            values: of the dimensions before it.
        """
        return self.condition is None or values.get(self.condition.key) in self.condition.values


@dataclass(frozen=True)
class Space:
    """All dimensions; one with a condition stands after the one that it depends on."""

    dimensions: tuple[Dimension, ...]

    def suggest(self, trial: Trial) -> dict[str, Value]:
        """Return a trial's settings; those that it has none of yet are drawn."""
        values: dict[str, Value] = {}
        for dimension in self.dimensions:
            if dimension.is_searched(values):
                values[dimension.key] = dimension.suggest(trial)
        return values

    def size(self) -> int | None:
        """Return the number of different trials; None if there are endlessly many, or some depend on a condition."""
        if any(not dimension.choices or dimension.condition for dimension in self.dimensions):
            return None
        return math.prod(len(dimension.choices) for dimension in self.dimensions)


def parse_space(cls: type, over: Mapping[str, str]) -> Space:
    """Read the space of a sweep.

    Args:
        cls: the task's settings dataclass.
        over: setting -> `64,128,256` (choices), `0.1..0.5`, `1e-4..1e-2:log` or `64..512:step=64` (ranges, both ends
            included), each of them also with a condition: `0..0.99 if train.optimizer=sgd,rmsprop`.

    Raises:
        UsageError: an unknown setting, a value of the wrong type, or a range that is none.
    """
    if not over:
        raise UsageError(
            "nothing to search over; write over.SETTING=VALUES, as in over.model.units=64,128 or "
            "over.train.learning_rate=1e-3..1e-2:log"
        )
    found: dict[str, Dimension] = {}
    for key, text in over.items():
        dimension = _dimension(cls, key, text)
        if dimension.key in found:
            raise UsageError(f"over.{key}: the setting is given twice")
        found[dimension.key] = dimension
    for dimension in found.values():
        if dimension.condition is not None and dimension.condition.key not in found:
            known = did_you_mean(dimension.condition.key, found)
            raise UsageError(f"over.{dimension.key}: {dimension.condition.key} is not searched over{known}")
    return Space(tuple(_ordered(list(found.values()))))


def _ordered(dimensions: Sequence[Dimension]) -> list[Dimension]:
    """Put each dimension after the one that it depends on."""
    done: dict[str, Dimension] = {}
    left = list(dimensions)
    while left:
        ready = [each for each in left if each.condition is None or each.condition.key in done]
        if not ready:
            raise UsageError(f"over.{left[0].key}: its condition depends on itself")
        done |= {each.key: each for each in ready}
        left = [each for each in left if each.key not in done]
    return list(done.values())


def _dimension(cls: type, key: str, text: str) -> Dimension:
    name, setting = find_setting(cls, key)
    if name in FIXED or name.split(".")[0] in FIXED:
        hint = "; seeds=3 trains each trial with three seeds" if name == "seed" else ""
        raise UsageError(f"over.{key}: {name} is the same in all trials{hint}")
    if setting.item is not None:
        raise UsageError(f"over.{key}: a list cannot be searched over")
    values, _, condition_text = (part.strip() for part in text.partition(" if "))
    condition = _condition(cls, key, condition_text) if condition_text else None
    match = _RANGE.fullmatch(values)
    if match is None or setting.type not in (int, float):
        choices = tuple(_value(cls, name, word.strip()) for word in values.split(","))
        if len(set(choices)) < len(choices):
            raise UsageError(f"over.{key}: a value is given twice")
        return Dimension(name, choices, condition=condition)
    low, high = (float(_value(cls, name, match[place])) for place in (1, 2))
    log, step = False, None
    for option in match[3].split(":")[1:]:
        if option == "log":
            log = True
        elif option.startswith("step="):
            step = _number(key, option.removeprefix("step="))
        else:
            raise UsageError(f"over.{key}: expected :log or :step=NUMBER after a range, not {quoted(':' + option)}")
    if not low < high:
        raise UsageError(f"over.{key}: {quoted(match[0])} is empty; the first number must be the smaller one")
    if log and (low <= 0 or step is not None):
        raise UsageError(f"over.{key}: a range with :log begins above 0 and has no step")
    whole = setting.type is int
    if step is not None and (step <= 0 or (whole and step != int(step))):
        raise UsageError(f"over.{key}: {step:g} is no step of this setting")
    return Dimension(name, low=low, high=high, log=log, step=step, whole=whole, condition=condition)


def _condition(cls: type, key: str, text: str) -> Condition:
    other, equals, values = text.partition("=")
    if not equals:
        raise UsageError(f"over.{key}: expected a condition such as 'if train.optimizer=sgd', not {quoted(text)}")
    name, _ = find_setting(cls, other.strip())
    return Condition(name, tuple(_value(cls, name, word.strip()) for word in values.split(",")))


def _value(cls: type, name: str, text: str) -> Value:
    """Read a value as the setting would.

    Raises:
        UsageError: it is none.
    """
    found: object = build(cls, [Override(name, text.strip(), "")], "")
    for part in name.split("."):
        found = getattr(found, part)
    if isinstance(found, (str, int, float)) and not dataclasses.is_dataclass(found):
        return found
    raise UsageError(f"over.{name}: cannot be searched over")


def _number(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"over.{key}: expected a number after step=, not {quoted(text)}") from None
