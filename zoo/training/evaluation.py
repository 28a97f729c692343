"""One pass over a split without training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from zoo.training.engines import Engine

if TYPE_CHECKING:
    from zoo.data import Batches
    from zoo.topology import Topology

Totals = dict[str, tuple[float, float]]


def evaluate(
    engine: Engine, topology: Topology, model: Any, batches: Batches, each: Callable[[int], None] | None = None
) -> dict[str, float]:
    """Measure a model on all batches of a split.

    Args:
        engine: prepared with the model.
        topology: of the model.
        model: a keras.Model.
        batches: of the split.
        each: told the number of each batch that is done.

    Returns:
        Metrics by name: sums over all batches, divided by the sum of their weights.
    """
    totals: Totals = {}
    carry = topology.carry(model, batches.size)
    for index, batch in enumerate(batches.epoch(0)):
        result = engine.evaluate(batch, carry)
        carry = result.carry
        add(totals, result.sums)
        if each is not None:
            each(index)
    return topology.summarise(totals, batches)


def add(totals: Totals, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add a batch's sums to the totals."""
    for name, (total, weight) in sums.items():
        before = totals.get(name, (0.0, 0.0))
        totals[name] = (before[0] + total, before[1] + weight)
