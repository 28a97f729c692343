"""One pass over a split without training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

    from zoo.data import Batches
    from zoo.topology import Topology
    from zoo.training.callbacks import Callbacks
    from zoo.training.engines.engine import Engine
    from zoo.training.engines.types import Totals


def evaluate(
    engine: Engine,
    topology: Topology,
    model: keras.Model,
    batches: Batches,
    callbacks: Callbacks | None = None,
    abandon: Callable[[], bool] = lambda: False,
) -> dict[str, float]:
    """Evaluate a model on all batches of a split.

    Args:
        engine: prepared with the model.
        topology: of the model.
        model: to evaluate.
        batches: of the split.
        callbacks: called around each batch.
        abandon: asked after each batch whether to abandon the evaluation.

    Returns:
        Metrics by name: sums over all batches, divided by the sum of their weights; empty if it was abandoned.
    """
    totals: Totals = {}
    carry = topology.carry(model, batches.size)
    engine.set_dynamic_axes(batches.varying)
    for index, batch in enumerate(batches.epoch(0)):
        if callbacks is not None:
            callbacks.test_batch_begin(index)
        result = engine.evaluate(batch, carry)
        carry = result.carry
        add_sums(totals, result.sums)
        if callbacks is not None:
            loss, weight = result.sums["loss"]
            callbacks.test_batch_end(index, {"loss": loss / weight if weight else 0.0})
        if abandon():
            return {}
    return topology.summarise(totals, batches)


def add_sums(totals: Totals, sums: Mapping[str, tuple[float, float]]) -> None:
    """Add the sums of a batch to totals."""
    for name, (total, weight) in sums.items():
        total_before, weight_before = totals.get(name, (0.0, 0.0))
        totals[name] = (total_before + total, weight_before + weight)
