"""The TensorFlow engine: replicas by `tf.distribute`, a step of our own around `strategy.run`."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from zoo.errors import ZooError
from zoo.layers.randomness import ExampleRandomness
from zoo.training.engines.devices import DevicePlan, available_cores, plan_devices
from zoo.training.engines.engine import Arrays, Batch, Carry, Forward, StepResult

Made = TypeVar("Made")
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class TensorFlowEngine:
    """Steps a Keras model on one or more replicas with globally normalised sums.

    A replica's gradient is that of its *sum* of losses; sums and weights are added up over replicas and accumulated
    batches before one division, so that the number of replicas does not change the training curve.

    Args:
        kind: `auto`, `cpu` or `gpu`.
        replicas: copies of the model that share every batch; 0 for as many as fit.
        threads: threads of one operation within a replica; 0 for cores / replicas.
        precision: `float32` or `bfloat16` (computation; variables stay float32).
        rows: rows of a global batch.

    Raises:
        UsageError: the device is not there.
    """

    name = "tensorflow"

    def __init__(self, kind: str, replicas: int, threads: int, precision: str, rows: int) -> None:
        gpus = tf.config.list_physical_devices("GPU")
        self.precision = precision
        self.note = ""
        self.traces = 0
        self.plan = self._start(plan_devices(kind, replicas, threads, rows, available_cores(), len(gpus)))
        self.replicas = self.plan.replicas
        self.threads = self.plan.threads
        device = self.plan.kind.upper()
        self.strategy = _strategy(tuple(f"{device}:{index}" for index in range(self.replicas)))
        self._model: keras.Model | None = None
        self._optimizer: keras.optimizers.Optimizer | None = None
        self._averages: list[Any] = []
        self._varying: dict[str, tuple[int, ...]] = {}

    def _start(self, plan: DevicePlan) -> DevicePlan:
        """Set logical devices and threads, or settle for those of a TensorFlow that has started already."""
        if plan.kind == "gpu":
            return plan
        physical = tf.config.list_physical_devices("CPU")[0]
        try:
            logical = [tf.config.LogicalDeviceConfiguration() for _ in range(plan.replicas)]
            tf.config.set_logical_device_configuration(physical, logical)
            tf.config.threading.set_intra_op_parallelism_threads(plan.threads)
            tf.config.threading.set_inter_op_parallelism_threads(plan.replicas)
        except RuntimeError:
            there = len(tf.config.list_logical_devices("CPU"))
            if there < plan.replicas:
                self.note = (
                    f"TensorFlow has started with {there} CPU device(s): {there} replica(s) instead of {plan.replicas}"
                )
                return DevicePlan(plan.kind, there, plan.threads, self.note)
        return plan

    def describe(self) -> str:
        """One line for people: device, replicas, threads, precision."""
        replicas = f"{self.replicas} replica{'s' if self.replicas > 1 else ''}"
        threads = f" x {self.threads} thread{'s' if self.threads > 1 else ''}" if self.plan.kind == "cpu" else ""
        return f"TensorFlow {tf.__version__} on {self.plan.kind}: {replicas}{threads}, {self.precision}"

    def build(self, make: Callable[[], Made], seed: int) -> Made:
        """Call `make` in the strategy's scope with the precision's dtype policy and initial weights drawn from `seed`.

        Args:
            make: builds a model; every layer in it must be built when it returns.
            seed: of the initial weights.

        Returns:
            What `make` returned.
        """
        # Keras draws the seeds of initializers from Python's random module, and the policy is a global of Keras:
        # both are put back, so that a caller's own program is not disturbed.
        state, policy = random.getstate(), keras.config.dtype_policy()
        try:
            random.seed(seed)
            keras.config.set_dtype_policy(POLICIES[self.precision])
            with self.strategy.scope():
                return make()
        finally:
            random.setstate(state)
            keras.config.set_dtype_policy(policy)

    def prepare(
        self,
        model: keras.Model,
        forward: Forward,
        optimizer: keras.optimizers.Optimizer | None,
        clip: float = 0.0,
        average: float = 0.0,
    ) -> None:
        """Say what a step is (see `Engine.prepare`)."""
        self._model, self._forward, self._optimizer = model, forward, optimizer
        self._clip, self._decay = clip, average
        self._averages = []
        if optimizer is not None:
            with self.strategy.scope():
                optimizer.build(model.trainable_variables)
                if average:
                    self._averages = [
                        tf.Variable(variable.numpy(), trainable=False, name=f"average_{index}")
                        for index, variable in enumerate(model.trainable_variables)
                    ]
        self._graphs: dict[Any, Any] = {}
        self._apply = tf.function(self._apply_graph, autograph=False)

    def train(self, batches: Sequence[Batch], carry: Carry, learning_rate: float, key: int) -> StepResult:
        """Take one optimiser step (see `Engine.train`)."""
        rate = tf.constant(learning_rate, tf.float32)
        if len(batches) == 1:
            sums, carry, norm = self._call(self._train_graph, batches[0], carry, rate, tf.constant(key, tf.int64))
            return StepResult(_floats(sums), carry, float(norm))
        total: Any = None
        for index, batch in enumerate(batches):
            # A step's batches take keys of their own; those of steps are far apart.
            part, carry = self._call(self._gradients_graph, batch, carry, tf.constant(key + index, tf.int64))
            total = part if total is None else tf.nest.map_structure(tf.add, total, part)
        gradients, sums = total
        norm = self._apply(gradients, sums["loss"][1], rate)
        return StepResult(_floats(sums), carry, float(norm))

    def evaluate(self, batch: Batch, carry: Carry) -> StepResult:
        """Pass over a batch without training."""
        sums, carry = self._call(self._evaluate_graph, batch, carry)
        return StepResult(_floats(sums), carry)

    def expect(self, varying: Mapping[str, Sequence[int]]) -> None:
        """Say which axes of batches vary (see `Engine.expect`)."""
        self._varying = {name: tuple(axes) for name, axes in varying.items()}

    def _call(self, graph: Callable[..., Any], batch: Batch, carry: Carry, *rest: Any) -> Any:
        """Run a graph that is made once for all sizes of the axes that vary.

        Its shapes are stated beforehand, not found out batch by batch: a run that is resumed at another batch has the
        same graph, and so the same last digits.
        """
        values = (
            {name: tf.convert_to_tensor(value) for name, value in batch.items()},
            tf.nest.map_structure(tf.convert_to_tensor, carry),
            *rest,
        )

        def wanted(tensor: Any, axes: Sequence[int] = ()) -> Any:
            sizes = [None if axis in axes else size for axis, size in enumerate(tensor.shape)]
            return tf.TensorSpec(sizes, tensor.dtype)

        signature = (
            {name: wanted(tensor, self._varying.get(name, ())) for name, tensor in values[0].items()},
            *(tf.nest.map_structure(wanted, value) for value in values[1:]),
        )
        key = (graph.__name__, *map(repr, tf.nest.flatten(signature)))
        if key not in self._graphs:
            self._graphs[key] = tf.function(graph, input_signature=signature, autograph=False)
        return self._graphs[key](*values)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile a function of tensors by XLA; each new set of shapes compiles once."""
        return tf.function(function, jit_compile=True, autograph=False)

    def trace(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a graph of a function of tensors, once for each set of shapes."""
        return tf.function(function, autograph=False)

    # What follows is traced: it builds graphs, once for each set of batch shapes.

    def _train_graph(self, batch: Any, carry: Any, rate: Any, key: Any) -> Any:
        def replica(part: Any, state: Any, first_row: int) -> Any:
            gradients, sums, state = self._replica_gradients(part, state, first_row, key)
            norm = self._replica_apply(gradients, sums["loss"][1], rate)
            return sums, state, norm

        sums, states, norms = self._run(replica, batch, carry)
        return sums[0], _joined(states), norms[0]

    def _gradients_graph(self, batch: Any, carry: Any, key: Any) -> Any:
        def replica(part: Any, state: Any, first_row: int) -> Any:
            return self._replica_gradients(part, state, first_row, key)

        gradients, sums, states = self._run(replica, batch, carry)
        return (gradients[0], sums[0]), _joined(states)

    def _apply_graph(self, gradients: Any, weight: Any, rate: Any) -> Any:
        return self.strategy.experimental_local_results(
            self.strategy.run(self._replica_apply, args=(gradients, weight, rate))
        )[0]

    def _evaluate_graph(self, batch: Any, carry: Any) -> Any:
        def replica(part: Any, state: Any, first_row: int) -> Any:
            del first_row
            sums, state = self._forward(part, state, False)
            context = tf.distribute.get_replica_context()
            return tf.nest.map_structure(lambda x: context.all_reduce("SUM", tf.cast(x, tf.float32)), sums), state

        sums, states = self._run(replica, batch, carry)
        return sums[0], _joined(states)

    def _run(self, replica: Callable[..., Any], batch: Any, carry: Any) -> Any:
        """Run a function on every replica's rows and give, for each result, the list of the replicas' values."""
        self.traces += 1
        first = tf.nest.flatten(batch)[0]
        rows = tf.shape(first)[0] if first.shape[0] is None else first.shape[0]
        share = -(-rows // self.replicas)
        parts = []
        for index in range(self.replicas):
            window = slice(index * share, (index + 1) * share)
            parts.append(tf.nest.map_structure(lambda x, rows=window: x[rows], (batch, carry)))

        leaves = [tf.nest.flatten(part) for part in parts]

        def spread(values: Sequence[Any]) -> Any:
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: values[context.replica_id_in_sync_group]
            )

        def on_replica(first_row: int, *values: Any) -> Any:
            part, state = tf.nest.pack_sequence_as(parts[0], values)
            return replica(part, state, first_row)

        first_rows = spread([index * share for index in range(self.replicas)])
        outcome = self.strategy.run(
            on_replica, args=(first_rows, *(spread(leaf) for leaf in zip(*leaves, strict=True)))
        )
        unpack = self.strategy.experimental_local_results
        return tuple(_per_replica(value, unpack, self.replicas) for value in outcome)

    def _replica_gradients(self, batch: Any, carry: Any, first_row: int, key: Any) -> Any:
        """Gradient of the replica's sum of losses, and all sums, added up over the replicas."""
        assert self._model is not None
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape, ExampleRandomness(key, first_row):
            sums, carry = self._forward(batch, carry, True)
            loss, weight = sums.get("objective", sums["loss"])
            target = tf.cast(loss, tf.float32)
            for penalty in self._model.losses:
                target += tf.cast(penalty, tf.float32) * tf.cast(weight, tf.float32)
        gradients = [
            tf.zeros(variable.shape) if gradient is None else tf.cast(tf.convert_to_tensor(gradient), tf.float32)
            for gradient, variable in zip(tape.gradient(target, variables), variables, strict=True)
        ]
        flat = [tf.cast(value, tf.float32) for value in tf.nest.flatten(sums)]
        reduced = tf.distribute.get_replica_context().all_reduce("SUM", [*gradients, *flat])
        return reduced[: len(gradients)], tf.nest.pack_sequence_as(sums, reduced[len(gradients) :]), carry

    def _replica_apply(self, gradients: Any, weight: Any, rate: Any) -> Any:
        """Normalise, clip and apply gradients that are the same on every replica; returns their global norm."""
        gradients = [tf.math.divide_no_nan(gradient, weight) for gradient in gradients]
        norm = tf.linalg.global_norm(gradients)
        if self._clip:
            scale = tf.where(norm > self._clip, self._clip / norm, 1.0)
            gradients = [gradient * scale for gradient in gradients]
        tf.distribute.get_replica_context().merge_call(self._update, args=(gradients, rate))
        return norm

    def _update(self, strategy: Any, gradients: Any, rate: Any) -> None:
        """Update every replica's copy of the variables.

        `optimizer.apply` would add gradients up over the replicas once more; they are added up already, because
        clipping by the global norm needs the global gradient.
        """
        model, optimizer = self._model, self._optimizer
        assert model is not None and optimizer is not None
        extended = strategy.extended

        def step(variable: Any, gradient: Any, learning_rate: Any) -> None:
            if optimizer.weight_decay and variable.shape.rank > 1:
                # Decoupled decay, of matrices only (Loshchilov and Hutter 2019, arXiv:1711.05101).
                variable.assign_sub(variable * optimizer.weight_decay * learning_rate)
            optimizer.update_step(gradient, variable, learning_rate)

        for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
            extended.update(variable.value, step, args=(gradient, rate), group=False)
        if self._averages:
            # A young average follows quickly: with a constant decay it would remember the random start for long.
            age = tf.cast(optimizer.iterations.value, tf.float32)
            share = 1.0 - tf.minimum(self._decay, (1.0 + age) / (10.0 + age))
            for average, variable in zip(self._averages, model.trainable_variables, strict=True):
                extended.update(
                    average,
                    lambda kept, now, part: kept.assign_add((now - kept) * part),
                    args=(variable.value, share),
                    group=False,
                )
        extended.update(optimizer.iterations.value, lambda count: count.assign_add(1), group=False)

    # State

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside this context the model holds the moving average of its weights, where there is one."""
        if not self._averages:
            yield
            return
        assert self._model is not None
        variables = self._model.trainable_variables
        kept = [variable.numpy() for variable in variables]
        try:
            for variable, average in zip(variables, self._averages, strict=True):
                variable.assign(average.numpy())
            yield
        finally:
            for variable, value in zip(variables, kept, strict=True):
                variable.assign(value)

    def _named(self) -> dict[str, Any]:
        """Every variable by a name that is the same in another process and on another engine: its place in order."""
        assert self._model is not None
        named: dict[str, Any] = {f"model/{index:03d}": value for index, value in enumerate(self._model.variables)}
        if self._optimizer is not None:
            named |= {f"optimizer/{index:03d}": value for index, value in enumerate(self._optimizer.variables)}
        return named | {f"average/{index:03d}": value for index, value in enumerate(self._averages)}

    def gather(self) -> Arrays:
        """Every array that training would need to go on."""
        return {name: np.asarray(variable.numpy()) for name, variable in self._named().items()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Put back what `gather` gave.

        Raises:
            ZooError: an array is missing or has another shape, as when the settings were changed.
        """
        for name, variable in self._named().items():
            if name not in arrays:
                raise ZooError(f"the checkpoint has no array {name} ({variable.shape}); it belongs to another model")
            if tuple(arrays[name].shape) != tuple(variable.shape):
                found, wanted = tuple(arrays[name].shape), tuple(variable.shape)
                raise ZooError(f"the checkpoint's array {name} is {found}, the model's is {wanted}: another model")
            variable.assign(arrays[name])


@functools.cache
def _strategy(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    """Make the strategy of some devices, one a process.

    Every strategy numbers its reductions from the same number on, while TensorFlow remembers the shapes that went with
    the numbers as long as the process lives: a second strategy, of a model of other shapes, would fail.
    """
    return tf.distribute.MirroredStrategy(devices)


def _floats(sums: Any) -> dict[str, tuple[float, float]]:
    return {name: (float(total), float(weight)) for name, (total, weight) in sums.items()}


def _per_replica(value: Any, unpack: Callable[[Any], Sequence[Any]], replicas: int) -> list[Any]:
    leaves = [unpack(leaf) for leaf in tf.nest.flatten(value)]
    return [tf.nest.pack_sequence_as(value, [leaf[index] for leaf in leaves]) for index in range(replicas)]


def _joined(states: Sequence[Any]) -> Any:
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *states)
