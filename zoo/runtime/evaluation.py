"""One pass over a split with the graphs of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from zoo.data import Batches
    from zoo.runtime.bundle_inference import BundleInference
    from zoo.topology import Topology


def evaluate(graphs: BundleInference, topology: Topology, batches: Batches) -> dict[str, float]:
    """Evaluate on all batches of a split.

    Args:
        graphs: `evaluate` and, for a model that carries its state from batch to batch, `carry`.
        topology: of the model.
        batches: of the split.

    Returns:
        Metrics by name: sums over all batches, divided by the sum of their weights.
    """
    function, inputs = graphs.graph("evaluate"), graphs.inputs("evaluate")
    totals: dict[str, tuple[float, float]] = {}
    carry: list[np.ndarray] = []
    names = [name for name in inputs if not name.startswith("carry_")]
    if len(names) < len(inputs):
        carry = graphs.graph("carry")(np.array(batches.size, np.int32))
    for batch in batches.epoch(0):
        found = function(*(batch[name] for name in names), *carry)
        carry = found["carry"]
        for name, (total, weight) in found["sums"].items():
            before = totals.get(name, (0.0, 0.0))
            totals[name] = (before[0] + float(total), before[1] + float(weight))
    return topology.summarise(totals, batches)
