"""Strategies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zoo.errors import UsageError
from zoo.lookup import by_name
from zoo.search.beam import Beam
from zoo.search.greedy import Greedy
from zoo.search.sample import Sample
from zoo.search.strategy import Strategy

Factory = Callable[..., object]
"""What plugins register as a strategy; it must be a subclass of `Strategy`."""

STRATEGIES: Mapping[str, type[Strategy]] = {"greedy": Greedy, "sample": Sample, "beam": Beam}


def strategy_by_name(name: str, extra: Mapping[str, Factory] | None = None) -> type[Strategy]:
    """Find a strategy.

    Args:
        name: a built-in strategy or one of `extra`.
        extra: strategies of plugins, by name.

    Returns:
        The subclass of `Strategy`.

    Raises:
        UsageError: the name is unknown, or belongs to something that is not a strategy.
    """
    found = by_name("strategy", name, STRATEGIES, extra)
    if not isinstance(found, type) or not issubclass(found, Strategy):
        raise UsageError(f"strategy '{name}' is {found!r}; expected a subclass of zoo.search.Strategy")
    return found
