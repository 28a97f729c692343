"""One pass over a split without training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.data import Batches
    from zoo.topology import Topology
    from zoo.training.callbacks import Callbacks
    from zoo.training.engines.engine import Engine

Totals = dict[str, tuple[float, float]]


def evaluate(
    engine: Engine,
    topology: Topology,
    model: Any,
    batches: Batches,
    callbacks: Callbacks | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> dict[str, float]:
    """Measure a model on all batches of a split.

    Args:
        engine: prepared with the model.
        topology: of the model.
        model: a keras.Model.
        batches: of the split.
        callbacks: told of each batch.
        stop: asked after each batch whether to give up.

    Returns:
        Metrics by name: sums over all batches, divided by the sum of their weights; none where it was given up.
    """
    totals: Totals = {}
    carry = topology.carry(model, batches.size)
    engine.set_dynamic_axes(batches.varying)
    for index, batch in enumerate(batches.epoch(0)):
        if callbacks is not None:
            callbacks.test_batch_begin(index)
        result = engine.evaluate(batch, carry)
        carry = result.carry
        add(totals, result.sums)
        if callbacks is not None:
            loss, weight = result.sums["loss"]
            callbacks.test_batch_end(index, {"loss": loss / weight if weight else 0.0})
        if stop():
            return {}
    return topology.summarise(totals, batches)


def add(totals: Totals, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add a batch's sums to the totals."""
    for name, (total, weight) in sums.items():
        before = totals.get(name, (0.0, 0.0))
        totals[name] = (before[0] + total, before[1] + weight)
