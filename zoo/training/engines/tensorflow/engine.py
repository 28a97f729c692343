"""The TensorFlow engine: replicas by `tf.distribute`, and a training step of our own around `strategy.run`."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import cast

import keras
import numpy as np
import tensorflow as tf

from zoo.backend import portable
from zoo.backend.types import Function, Nest, Tensor
from zoo.ops.assignments import Assignments
from zoo.ops.randomness import ExampleRandomness
from zoo.training.engines.device_plan import Accelerators, DevicePlan
from zoo.training.engines.engine import Engine
from zoo.training.engines.tensorflow.devices import (
    count_gpus,
    mirrored_strategy,
    set_threads,
    split_cpu,
    worker_strategy,
)
from zoo.training.engines.tensorflow.optimizer import update
from zoo.training.engines.tensorflow.sharding import RowSharding
from zoo.training.engines.types import Batch, Carry, Rate, Sums
from zoo.training.engines.update_rule import gradient_factor, gradient_norm

# What TensorFlow raises in a worker that waits for a lost one.
LOST_WORKER_ERRORS = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)


class TensorFlowEngine(Engine):
    """Trains a Keras model on one or more replicas of a `tf.distribute` strategy (see `Engine`)."""

    name, title, version = "tensorflow", "TensorFlow", tf.__version__

    # Devices and workers

    def _find_accelerators(self, kind: str, cpu_devices: int) -> Accelerators:
        del kind, cpu_devices
        return Accelerators(count_gpus(), "gpu")

    def _start(self, plan: DevicePlan) -> DevicePlan:
        if self.cluster.workers > 1:
            if plan.kind == "cpu":
                set_threads(plan.threads)
            self.strategy = worker_strategy()
        else:
            if plan.kind == "cpu":
                plan = self._reduced(plan, split_cpu(plan.replicas, plan.threads))
            self.strategy = mirrored_strategy(tuple(f"{plan.kind.upper()}:{index}" for index in range(plan.replicas)))
        self._sharding = RowSharding(self.strategy, self.cluster, plan.replicas)
        self._sum_graph = tf.function(self._sharding.sum_over_workers, autograph=False)
        return plan

    def _describe_threads(self) -> str:
        return f" x {self.threads} thread{'s' if self.threads > 1 else ''}" if self.plan.kind == "cpu" else ""

    def _replica_scope(self) -> AbstractContextManager[object]:
        return cast(AbstractContextManager[object], self.strategy.scope())

    def _sum_over_workers(self, values: np.ndarray) -> np.ndarray:
        return cast(np.ndarray, self._sum_graph(tf.constant(values)).numpy())

    def _gather_rows(self, leaf: Tensor) -> np.ndarray:
        return cast(np.ndarray, self._sum_graph(tf.convert_to_tensor(leaf)).numpy())

    def _is_lost_worker(self, error: Exception) -> bool:
        return isinstance(error, LOST_WORKER_ERRORS)

    def _snapshot(self, variable: keras.Variable) -> Tensor:
        return variable.numpy()

    # Steps

    def _prepare_steps(self) -> None:
        self._graphs: dict[tuple[str, ...], Function] = {}
        self._apply = tf.function(self._apply_graph, autograph=False)

    def _train_step(self, batch: Batch, carry: Carry, rate: Rate, key: int) -> tuple[Sums, Carry, Tensor]:
        given = (tf.constant(rate, tf.float32), tf.constant(key, tf.int64))
        return cast(tuple[Sums, Carry, Tensor], self._call(self._train_graph, batch, carry, *given))

    def _compute_gradients(
        self, batch: Batch, carry: Carry, key: int, scale: float
    ) -> tuple[list[Tensor], Sums, Carry]:
        given = (tf.constant(key, tf.int64), tf.constant(scale, tf.float32))
        gradients, sums, carry = self._call(self._gradients_graph, batch, carry, *given)
        return list(gradients), sums, carry

    def _apply_gradients(self, gradients: list[Tensor], weight: Tensor, rate: Rate) -> Tensor:
        return self._apply(gradients, weight, tf.constant(rate, tf.float32))

    def _evaluate_step(self, batch: Batch, carry: Carry) -> tuple[Sums, Carry]:
        return cast(tuple[Sums, Carry], self._call(self._evaluate_graph, batch, carry))

    def _call(self, graph: Function, batch: Batch, carry: Carry, *rest: Tensor) -> Nest:
        """Call a graph that is made once for all sizes of the dynamic axes.

        Its shapes are declared beforehand, not discovered batch by batch: a run that is resumed at another batch has
        the same graph, and so the same last digits.
        """
        values = (
            {name: tf.convert_to_tensor(value) for name, value in batch.items()},
            tf.nest.map_structure(tf.convert_to_tensor, carry),
            *rest,
        )
        # XLA compiles for one shape at a time, and can fold more where the shape is known.
        dynamic: Mapping[str, Sequence[int]] = {} if self.xla else self._dynamic_axes

        def spec(tensor: Tensor, axes: Sequence[int] = ()) -> tf.TensorSpec:
            sizes = [None if axis in axes else size for axis, size in enumerate(tensor.shape)]
            return tf.TensorSpec(sizes, tensor.dtype)

        signature = (
            {name: spec(tensor, dynamic.get(name, ())) for name, tensor in values[0].items()},
            *(tf.nest.map_structure(spec, value) for value in values[1:]),
        )
        key = (graph.__name__, *map(repr, tf.nest.flatten(signature)))
        if key not in self._graphs:
            self._graphs[key] = tf.function(graph, input_signature=signature, autograph=False)
        return self._graphs[key](*values)

    # For inference

    def compile(self, function: Function) -> Function:
        """Compile a function of tensors by XLA; each new set of shapes compiles once."""
        return cast(Function, tf.function(function, jit_compile=True, autograph=False))

    def trace(self, function: Function) -> Function:
        """Make a graph of a function of tensors, once for each set of shapes."""
        return self._compiled(function) if self.xla else cast(Function, tf.function(function, autograph=False))

    def _compiled(self, function: Function) -> Function:
        """Compile by XLA, using only operations that it supports."""

        def portable_function(*arguments: Nest) -> Nest:
            with portable():
                return function(*arguments)

        return cast(Function, tf.function(portable_function, jit_compile=True, autograph=False))

    # The rest is traced: it builds graphs, once for each set of batch shapes.

    def _train_graph(
        self, batch: Mapping[str, Tensor], carry: Carry, rate: Tensor, key: Tensor
    ) -> tuple[Sums, Carry, Tensor]:
        def replica(part: Mapping[str, Tensor], state: Carry, first_row: Tensor) -> tuple[Sums, Carry, Tensor]:
            gradients, sums, state = self._replica_gradients(part, state, first_row, key)
            norm = self._replica_apply(gradients, sums["loss"][1], rate)
            return sums, state, norm

        sums, states, norms = self._run(replica, batch, carry)
        return sums[0], self._sharding.join(states, carry), norms[0]

    def _gradients_graph(
        self, batch: Mapping[str, Tensor], carry: Carry, key: Tensor, scale: Tensor
    ) -> tuple[list[Tensor], Sums, Carry]:
        def replica(part: Mapping[str, Tensor], state: Carry, first_row: Tensor) -> tuple[list[Tensor], Sums, Carry]:
            return self._replica_gradients(part, state, first_row, key, scale)

        gradients, sums, states = self._run(replica, batch, carry)
        return gradients[0], sums[0], self._sharding.join(states, carry)

    def _apply_graph(self, gradients: list[Tensor], weight: Tensor, rate: Tensor) -> Tensor:
        norms = self.strategy.run(self._replica_apply, args=(gradients, weight, rate))
        return self.strategy.experimental_local_results(norms)[0]

    def _evaluate_graph(self, batch: Mapping[str, Tensor], carry: Carry) -> tuple[Sums, Carry]:
        def forward(part: Mapping[str, Tensor], state: Carry) -> tuple[Sums, Carry]:
            return self._forward(part, state, False)

        evaluate = self._compiled(forward) if self.xla else forward

        def replica(part: Mapping[str, Tensor], state: Carry, first_row: Tensor) -> tuple[Sums, Carry]:
            del first_row
            sums, state = evaluate(part, state)
            context = tf.distribute.get_replica_context()
            return tf.nest.map_structure(lambda x: context.all_reduce("SUM", tf.cast(x, tf.float32)), sums), state

        sums, states = self._run(replica, batch, carry)
        return sums[0], self._sharding.join(states, carry)

    def _run(self, replica: Function, batch: Mapping[str, Tensor], carry: Carry) -> tuple[list[Nest], ...]:
        self.traces += 1
        return self._sharding.run(replica, batch, carry)

    def _replica_gradients(
        self, batch: Mapping[str, Tensor], carry: Carry, first_row: Tensor, key: Tensor, scale: Tensor = None
    ) -> tuple[list[Tensor], Sums, Carry]:
        """Compute the gradient of the replica's sum of losses, and all sums, added up over the replicas."""
        deferred = Assignments()
        passes: Function = functools.partial(self._passes, deferred)
        if self.xla:
            passes = self._compiled(passes)
        gradients, sums, carry, values = passes(batch, carry, first_row, key, scale)
        for variable, value in zip(deferred.variables, values, strict=True):
            variable.assign(value)
        flat = [tf.cast(value, tf.float32) for value in tf.nest.flatten(sums)]
        reduced = tf.distribute.get_replica_context().all_reduce("SUM", [*gradients, *flat])
        return reduced[: len(gradients)], tf.nest.pack_sequence_as(sums, reduced[len(gradients) :]), carry

    def _passes(
        self,
        deferred: Assignments,
        batch: Mapping[str, Tensor],
        carry: Carry,
        first_row: Tensor,
        key: Tensor,
        scale: Tensor,
    ) -> tuple[list[Tensor], Sums, Carry, list[Tensor]]:
        """Run the forward and the backward pass over a replica's rows.

        Returns:
            Gradients of its sum of losses, its sums, its new carry, and what its layers would assign to variables.
        """
        assert self._model is not None
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape, ExampleRandomness(key, first_row), deferred:
            sums, carry = self._forward(batch, carry, True)
            loss, weight = sums.get("objective", sums["loss"])
            target = tf.cast(loss, tf.float32)
            for penalty in self._model.losses:
                target += tf.cast(penalty, tf.float32) * tf.cast(weight, tf.float32)
            if scale is not None:
                target *= scale
        gradients = [
            tf.zeros(variable.shape) if gradient is None else tf.cast(tf.convert_to_tensor(gradient), tf.float32)
            for gradient, variable in zip(tape.gradient(target, variables), variables, strict=True)
        ]
        return gradients, sums, carry, deferred.values

    def _replica_apply(self, gradients: list[Tensor], weight: Tensor, rate: Tensor) -> Tensor:
        """Normalise, clip and apply gradients that are the same on every replica; returns their global norm."""
        norm = gradient_norm(gradients, rate) if rate.shape.rank else tf.linalg.global_norm(gradients)
        factor, norm = gradient_factor(norm, weight, self._clip)
        gradients = [gradient * factor for gradient in gradients]
        tf.distribute.get_replica_context().merge_call(self._update, args=(gradients, rate))
        return norm

    def _update(self, strategy: tf.distribute.Strategy, gradients: list[Tensor], rate: Tensor) -> None:
        assert self._model is not None
        variables, fuse = self._model.trainable_variables, self.plan.kind == "cpu"
        update(strategy, self._optimizer, variables, self._averages, gradients, rate, self._decay, fuse)
