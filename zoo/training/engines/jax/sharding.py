"""How the rows of a batch are divided among the devices of JAX, and padded where they do not divide evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from keras import tree

from zoo.backend.types import Tensor
from zoo.errors import ZooError
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.types import Batch, Carry

AXIS = "replica"
REPLICATED, BY_ROWS = PartitionSpec(), PartitionSpec(AXIS)


class RowSharding:
    """Places batches and variables on devices.

    Args:
        devices: of all workers, each of which is a replica.
        cluster: the workers.
    """

    def __init__(self, devices: Sequence[Tensor], cluster: Cluster) -> None:
        self.mesh = Mesh(np.array(devices), (AXIS,))
        self._cluster, self._replicas = cluster, len(devices)
        self._most_rows: dict[tuple[tuple[int, ...], ...], int] = {}

    def replicate(self, value: Tensor) -> Tensor:
        """Put a value on all devices, unless it is there already."""
        sharding = NamedSharding(self.mesh, REPLICATED)
        return value if getattr(value, "sharding", None) == sharding else jax.device_put(value, sharding)

    def split(self, batch: Batch, carry: Carry) -> tuple[dict[str, Tensor], Carry]:
        """Put rows on their devices, followed by rows of padding where they do not divide evenly.

        A batch gets as many rows as the largest one before it of the same lengths, so that nothing is compiled for
        it. A row of padding repeats the last row, with weights of zero: a row of zeros could give a result that is not
        finite.

        Args:
            batch: name -> `[B, ...]`, global.
            carry: nested `[B, ...]`, global.

        Returns:
            Both on the devices, with B a multiple of the replicas.

        Raises:
            ZooError: padding is needed, but the batch has no weights to switch it off.
        """
        rows = count_rows(batch)
        more = -rows % self._replicas
        if "weights" not in batch:
            if more:
                raise ZooError(
                    f"engine=jax: a batch of {rows} rows without an array 'weights' cannot be padded for "
                    f"{self._replicas} devices; set device.replicas=1, or give every batch weights"
                )
        elif self._cluster.workers == 1:
            lengths = tuple(value.shape[1:] for value in batch.values())
            most = self._most_rows[lengths] = max(self._most_rows.get(lengths, 0), rows + more)
            more = most - rows
        by_rows = NamedSharding(self.mesh, BY_ROWS)

        def put(value: Tensor, mode: Literal["edge", "constant"] = "edge") -> Tensor:
            if isinstance(value, jax.Array) and value.sharding == by_rows and not more:
                return value
            value = np.asarray(value)
            if more:
                value = np.pad(value, [(0, more)] + [(0, 0)] * (value.ndim - 1), mode=mode)
            if self._cluster.workers == 1:
                return jax.device_put(value, by_rows)
            return jax.make_array_from_callback(value.shape, by_rows, lambda place: value[place])

        placed = {name: put(value, "constant" if name == "weights" else "edge") for name, value in batch.items()}
        return placed, tree.map_structure(put, carry)

    def unpad(self, carry: Carry, rows: int) -> Carry:
        """Remove the rows of padding that `split` added.

        Args:
            carry: nested `[B + padding, ...]`.
            rows: B.
        """

        def cut(value: Tensor) -> Tensor:
            if value.shape[0] == rows:
                return value
            if value.is_fully_addressable:
                return value[:rows]
            own = np.zeros(value.shape, value.dtype)
            for part in value.addressable_shards:
                own[part.index] = part.data
            return own[:rows]

        return tree.map_structure(cut, carry)


def count_rows(batch: Mapping[str, Tensor]) -> int:
    """Return the rows of a batch."""
    return int(next(iter(batch.values())).shape[0])
