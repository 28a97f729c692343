"""The graph of an evaluation: a topology's sums over a batch, such as its loss, without training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from keras import ops, tree

from zoo.backend.types import Nest, Tensor
from zoo.export.graphs import RunGraphs, Spec, TracedFunction

if TYPE_CHECKING:
    import keras

    from zoo.data.batching.batches import Batch
    from zoo.topology import Topology


def find_evaluation(topology: Topology, model: keras.Model, batch: Batch) -> RunGraphs:
    """Find the graphs of an evaluation.

    Args:
        topology: of the run.
        model: its model.
        batch: any of the batches that it evaluates.

    Returns:
        `evaluate`: the arrays of a batch and the carried state -> `sums` by name, and the next state as `carry`. And
        `carry`, where there is one: the number of rows -> the first state.
    """
    names, found = list(batch), RunGraphs()
    first = topology.carry(model, 1)
    leaves = [np.asarray(leaf) for leaf in tree.flatten(first)]

    def evaluate(*given: Tensor) -> Mapping[str, Nest]:
        carry = tree.pack_sequence_as(first, list(given[len(names) :]))
        sums, after = topology.forward(model, dict(zip(names, given, strict=False)), carry, False)
        found.sums = list(sums)
        pairs = {name: [ops.cast(part, "float32") for part in pair] for name, pair in sums.items()}
        return {"sums": pairs, "carry": tree.flatten(after)}

    def carry(rows: Tensor) -> list[Tensor]:
        return [ops.broadcast_to(leaf, (rows, *leaf.shape[1:])) for leaf in leaves]

    states: list[Spec] = [
        (f"carry_{place}", (None, *leaf.shape[1:]), str(leaf.dtype)) for place, leaf in enumerate(leaves)
    ]
    found.functions["evaluate"] = TracedFunction(evaluate, [*_specs(batch), *states])
    if leaves:
        found.functions["carry"] = TracedFunction(carry, [("rows", (), "int32")])
    return found


def _specs(batch: Batch) -> list[Spec]:
    """Rows and positions are of any number; sources without a mask have one shape."""
    found: list[Spec] = []
    for name, array in batch.items():
        shape: list[int | None] = [None, *array.shape[1:]]
        if array.ndim > 1 and (name != "source" or "source_mask" in batch):
            shape[1] = None
        found.append((name, tuple(shape), str(array.dtype)))
    return found
