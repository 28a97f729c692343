"""How the rows of a batch are divided among TensorFlow's replicas, and put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tensorflow as tf

from zoo.backend.types import Function, Nest, Tensor
from zoo.training.engines.cluster import Cluster
from zoo.training.engines.types import Carry


class RowSharding:
    """Runs a function on every replica of this process, each with its own rows of the global batch.

    Args:
        strategy: over the replicas of all workers.
        cluster: the workers.
        local: replicas of this process.
    """

    def __init__(self, strategy: tf.distribute.Strategy, cluster: Cluster, local: int) -> None:
        self._strategy, self._cluster, self._local = strategy, cluster, local
        self._replicas = local * cluster.workers
        self._first = cluster.index * local

    def run(self, replica: Function, batch: Mapping[str, Tensor], carry: Carry) -> tuple[list[Nest], ...]:
        """Run a function on every replica's rows, inside a graph.

        Args:
            replica: (rows of the batch, rows of the carry, number of the first row) -> a tuple of results.
            batch: name -> `[B, ...]`, global.
            carry: nested `[B, ...]`, global.

        Returns:
            For each result the list of the replicas' values.
        """
        first = tf.nest.flatten(batch)[0]
        rows = tf.shape(first)[0] if first.shape[0] is None else first.shape[0]
        share = -(-rows // self._replicas)
        own = range(self._first, self._first + self._local)
        parts = []
        for index in own:
            window = slice(index * share, (index + 1) * share)
            parts.append(tf.nest.map_structure(lambda x, rows=window: x[rows], (batch, carry)))
        leaves = [tf.nest.flatten(part) for part in parts]

        def spread(values: Sequence[Tensor]) -> Tensor:
            return self._strategy.experimental_distribute_values_from_function(
                lambda context: values[context.replica_id_in_sync_group - self._first]
            )

        def on_replica(first_row: Tensor, *values: Tensor) -> Nest:
            part, state = tf.nest.pack_sequence_as(parts[0], values)
            return replica(part, state, first_row)

        first_rows = spread([index * share for index in own])
        spread_leaves = [spread(leaf) for leaf in zip(*leaves, strict=True)]
        results = self._strategy.run(on_replica, args=(first_rows, *spread_leaves))
        return tuple(self._per_replica(value) for value in results)

    def _per_replica(self, value: Nest) -> list[Nest]:
        leaves = [self._strategy.experimental_local_results(leaf) for leaf in tf.nest.flatten(value)]
        return [tf.nest.pack_sequence_as(value, [leaf[index] for leaf in leaves]) for index in range(self._local)]

    def join(self, states: Sequence[Carry], carry: Carry) -> Carry:
        """Put the states of this process's replicas at their rows of the global batch.

        Args:
            states: one for each replica of this process, nested `[B / replicas, ...]`.
            carry: nested `[B, ...]`, whose shapes the result has.

        Returns:
            Nested `[B, ...]`; the rows of other workers are zero.
        """

        def join_leaf(given: Tensor, *parts: Tensor) -> Tensor:
            own = tf.concat(parts, axis=0)
            if self._cluster.workers == 1:
                return own
            rows = tf.shape(given)[0]
            before = tf.minimum(self._first * -(-rows // self._replicas), rows)
            edges = [[before, rows - before - tf.shape(own)[0]], *[[0, 0]] * (len(own.shape) - 1)]
            return tf.ensure_shape(tf.pad(own, edges), [given.shape[0], *own.shape[1:]])

        return tf.nest.map_structure(join_leaf, carry, *states)

    def sum_over_workers(self, value: Tensor) -> Tensor:
        """Add up a tensor over the workers, inside a graph; of each worker only the first replica counts."""

        def replica(mine: Tensor) -> Tensor:
            context = tf.distribute.get_replica_context()
            first = tf.equal(context.replica_id_in_sync_group % self._local, 0)
            return context.all_reduce("SUM", tf.where(first, mine, tf.zeros_like(mine)))

        return self._strategy.experimental_local_results(self._strategy.run(replica, args=(value,)))[0]
