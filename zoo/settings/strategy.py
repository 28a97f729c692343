"""Infers the search strategy from its options."""

from __future__ import annotations

from zoo.errors import UsageError
from zoo.settings.overrides import Override

STRATEGY = "search.strategy"
OPTIONS = {
    "sample": ("temperature", "top_k", "top_p", "min_p", "typical"),
    "beam": ("beam", "n_best", "length_penalty", "coverage_penalty", "groups", "diversity"),
}
"""The settings of `search` that apply to only one strategy."""
_OWNER = {f"search.{option}": strategy for strategy, options in OPTIONS.items() for option in options}


def with_strategy(layer: list[Override], typed: bool = False) -> list[Override]:
    """Add the strategy that a layer's options imply, unless the layer names one.

    Args:
        layer: one layer of settings (see `zoo.settings.overrides`).
        typed: whether the user just wrote this layer, so that an option of another strategy is a mistake; a file may
            contain all settings of an earlier run.

    Returns:
        The layer.

    Raises:
        UsageError: the layer contradicts itself.
    """
    meant = {_OWNER[entry.key]: entry for entry in layer if entry.key in _OWNER}
    named = [entry for entry in layer if entry.key == STRATEGY]
    if named:
        strategy = named[-1].value
        others = [entry for owner, entry in meant.items() if strategy in ("greedy", *OPTIONS) and owner != strategy]
        if typed and others:
            entry = others[0]
            raise UsageError(
                f"{STRATEGY}={strategy} and {entry.key}={entry.value} contradict each other: "
                f"{entry.key} is for the strategy {_OWNER[entry.key]}"
            )
        return layer
    if len(meant) > 1:
        first, second = (f"{entry.key}={entry.value}" for entry in meant.values())
        place = f"{next(iter(meant.values())).where}: " if next(iter(meant.values())).where else ""
        raise UsageError(f"{place}{first} and {second} contradict each other; set {STRATEGY} to {' or '.join(meant)}")
    return [*(Override(STRATEGY, strategy, "") for strategy in meant), *layer]
