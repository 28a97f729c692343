"""The TensorFlow engine: replicas by `tf.distribute`, a step of our own around `strategy.run`."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from zoo.backend import portable
from zoo.errors import ZooError
from zoo.ops.assignments import Assignments
from zoo.ops.randomness import ExampleRandomness
from zoo.processor import available_cores
from zoo.training.engines.build_scope import build_scope, fitting
from zoo.training.engines.cluster import WorkerLostError, find_cluster
from zoo.training.engines.device_plan import DevicePlan, plan_devices, plan_worker
from zoo.training.engines.engine import Arrays, Batch, Carry, Forward, StepResult
from zoo.training.engines.loss_scale import LossScale
from zoo.training.engines.tensorflow.optimizer import fused_update, is_fused

Made = TypeVar("Made")
# What TensorFlow raises in a worker when it waits for one that has gone.
GONE = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)


class TensorFlowEngine:
    """Steps a Keras model on one or more replicas with globally normalised sums.

    A replica's gradient is that of its *sum* of losses; sums and weights are added up over replicas and accumulated
    batches before one division, so that the number of replicas does not change the training curve.

    Args:
        kind: `auto`, `cpu`, `gpu` or `workers`: several processes, as `TF_CONFIG` says.
        replicas: copies of the model that share every batch; 0 for as many as fit.
        threads: threads of one operation within a replica; 0 for cores / replicas.
        precision: `float32`, `bfloat16` or `float16` (computation; variables stay float32).
        rows: rows of a global batch.
        xla: whether a replica's passes are compiled by XLA, each set of shapes once.
        planner: chooses the devices, given the cores and the GPUs that are there; by default the zoo itself does.

    Raises:
        UsageError: the device is not there.
    """

    name = "tensorflow"

    def __init__(
        self,
        kind: str,
        replicas: int,
        threads: int,
        precision: str,
        rows: int,
        xla: bool = False,
        planner: Callable[[int, int], DevicePlan] | None = None,
    ) -> None:
        gpus = tf.config.list_physical_devices("GPU")
        self.precision, self.xla = precision, xla
        self.note = ""
        self.traces = 0
        self.cluster = find_cluster(kind)
        if self.cluster.workers > 1:
            self.plan = self._join(plan_worker(self.cluster, replicas, threads, rows, available_cores(), len(gpus)))
        else:
            kind, cores = "auto" if kind == "workers" else kind, available_cores()
            if planner is None:
                plan = plan_devices(kind, replicas, threads, rows, cores, len(gpus))
            else:
                plan = planner(cores, len(gpus))
            self.plan = self._start(plan)
            device = self.plan.kind.upper()
            self.strategy = _strategy(tuple(f"{device}:{index}" for index in range(self.plan.replicas)))
        self._local = self.plan.replicas
        self.replicas = self._local * self.cluster.workers
        self.threads = self.plan.threads
        self._model: keras.Model | None = None
        self._optimizer: keras.optimizers.Optimizer | None = None
        self._averages: list[Any] = []
        self._varying: dict[str, tuple[int, ...]] = {}
        self._agree: Any = None
        self._scale: LossScale | None = None

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

    def _join(self, plan: DevicePlan) -> DevicePlan:
        """Set threads and meet the other workers, which takes until all of them are there."""
        if plan.kind == "cpu":
            with contextlib.suppress(RuntimeError):
                tf.config.threading.set_intra_op_parallelism_threads(plan.threads)
        self.strategy = _workers()
        return plan

    def describe(self) -> str:
        """One line for people: device, replicas, threads, precision."""
        if self.cluster.workers > 1:
            each = f"{self._local} replica{'s' if self._local > 1 else ''} each"
            where = f"{self.cluster.workers} workers on {self.plan.kind}, {each}"
            return f"TensorFlow {tf.__version__}: {where}, {self.precision}"
        replicas = f"{self.replicas} replica{'s' if self.replicas > 1 else ''}"
        threads = f" x {self.threads} thread{'s' if self.threads > 1 else ''}" if self.plan.kind == "cpu" else ""
        xla = ", compiled by XLA" if self.xla else ""
        return f"TensorFlow {tf.__version__} on {self.plan.kind}: {replicas}{threads}, {self.precision}{xla}"

    def build(self, make: Callable[[], Made], seed: int) -> Made:
        """Call `make` in the strategy's scope with the precision's dtype policy and initial weights drawn from `seed`.

        Args:
            make: builds a model; every layer in it must be built when it returns.
            seed: of the initial weights.

        Returns:
            What `make` returned.
        """
        with build_scope(self.precision, seed), self.strategy.scope():
            return make()

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
        self._scale = LossScale() if self.precision == "float16" and optimizer is not None else None

    def train(self, batches: Sequence[Batch], carry: Carry, learning_rate: float, key: int) -> StepResult:
        """Take one optimiser step (see `Engine.train`)."""
        rate = tf.constant(learning_rate, tf.float32)
        scale = self._scale
        if len(batches) == 1 and scale is None:
            sums, carry, norm = self._call(self._train_graph, batches[0], carry, rate, tf.constant(key, tf.int64))
            return StepResult(_floats(sums), carry, float(norm))
        total: Any = None
        for index, batch in enumerate(batches):
            # A step's batches take keys of their own; those of steps are far apart.
            part, carry = self._call(
                self._gradients_graph,
                batch,
                carry,
                tf.constant(key + index, tf.int64),
                tf.constant(1.0 if scale is None else scale.value, tf.float32),
            )
            total = part if total is None else tf.nest.map_structure(tf.add, total, part)
        gradients, sums = total
        weight = sums["loss"][1]
        if scale is not None:
            if not scale.keeps(bool(tf.math.is_finite(tf.linalg.global_norm(gradients)))):
                return StepResult(_floats(sums), carry)
            weight = weight * scale.value
        norm = self._apply(gradients, weight, rate)
        if scale is not None:
            scale.grow()
        return StepResult(_floats(sums), carry, float(norm))

    def evaluate(self, batch: Batch, carry: Carry) -> StepResult:
        """Pass over a batch without training."""
        sums, carry = self._call(self._evaluate_graph, batch, carry)
        return StepResult(_floats(sums), carry)

    def set_dynamic_axes(self, varying: Mapping[str, Sequence[int]]) -> None:
        """Say which axes of batches vary (see `Engine.set_dynamic_axes`)."""
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

        # XLA compiles for one shape at a time, and can fold more where it is told which.
        varying: Mapping[str, Sequence[int]] = {} if self.xla else self._varying

        def wanted(tensor: Any, axes: Sequence[int] = ()) -> Any:
            sizes = [None if axis in axes else size for axis, size in enumerate(tensor.shape)]
            return tf.TensorSpec(sizes, tensor.dtype)

        signature = (
            {name: wanted(tensor, varying.get(name, ())) for name, tensor in values[0].items()},
            *(tf.nest.map_structure(wanted, value) for value in values[1:]),
        )
        key = (graph.__name__, *map(repr, tf.nest.flatten(signature)))
        if key not in self._graphs:
            self._graphs[key] = tf.function(graph, input_signature=signature, autograph=False)
        with self._others():
            return self._graphs[key](*values)

    @contextlib.contextmanager
    def _others(self) -> Iterator[None]:
        """Around what all workers do together: say so where one of them has gone."""
        if self.cluster.workers == 1:
            yield
            return
        try:
            yield
        except GONE as error:
            raise WorkerLostError.seen_from(self.cluster) from error

    def local_rows(self, rows: int) -> slice:
        """Say which rows of a global batch this process computes (see `Engine.local_rows`)."""
        return self.cluster.local_rows(rows, self.replicas)

    def all_reduce(self, values: Sequence[float]) -> list[float]:
        """Add numbers up over all workers (see `Engine.all_reduce`)."""
        if self.cluster.workers == 1:
            return list(values)
        if self._agree is None:
            self._agree = tf.function(self._sum_graph, autograph=False)
        mine = tf.constant([float(value) for value in values], tf.float64)
        with self._others():
            return [float(value) for value in self._agree(mine).numpy()]

    def all_gather(self, carry: Carry) -> Carry:
        """Put a carried state together from all workers (see `Engine.all_gather`)."""
        if self.cluster.workers == 1:
            return carry
        leaves = [tf.convert_to_tensor(leaf) for leaf in tf.nest.flatten(carry)]
        with self._others():
            joined = [tf.function(self._sum_graph, autograph=False)(leaf) for leaf in leaves]
        return tf.nest.pack_sequence_as(carry, joined)

    def _sum_graph(self, value: Any) -> Any:
        """Add a tensor up over the workers, whose other replicas add nothing."""

        def replica(mine: Any) -> Any:
            context = tf.distribute.get_replica_context()
            first = tf.equal(context.replica_id_in_sync_group % self._local, 0)
            return context.all_reduce("SUM", tf.where(first, mine, tf.zeros_like(mine)))

        return self.strategy.experimental_local_results(self.strategy.run(replica, args=(value,)))[0]

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile a function of tensors by XLA; each new set of shapes compiles once."""
        return tf.function(function, jit_compile=True, autograph=False)

    def trace(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a graph of a function of tensors, once for each set of shapes."""
        return self._compiled(function) if self.xla else tf.function(function, autograph=False)

    def _compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile by XLA, from operations that it knows."""

        def plain(*arguments: Any) -> Any:
            with portable():
                return function(*arguments)

        return tf.function(plain, jit_compile=True, autograph=False)

    # What follows is traced: it builds graphs, once for each set of batch shapes.

    def _train_graph(self, batch: Any, carry: Any, rate: Any, key: Any) -> Any:
        def replica(part: Any, state: Any, first_row: int) -> Any:
            gradients, sums, state = self._replica_gradients(part, state, first_row, key)
            norm = self._replica_apply(gradients, sums["loss"][1], rate)
            return sums, state, norm

        sums, states, norms = self._run(replica, batch, carry)
        return sums[0], self._joined(states, carry), norms[0]

    def _gradients_graph(self, batch: Any, carry: Any, key: Any, scale: Any) -> Any:
        def replica(part: Any, state: Any, first_row: int) -> Any:
            return self._replica_gradients(part, state, first_row, key, scale)

        gradients, sums, states = self._run(replica, batch, carry)
        return (gradients[0], sums[0]), self._joined(states, carry)

    def _apply_graph(self, gradients: Any, weight: Any, rate: Any) -> Any:
        return self.strategy.experimental_local_results(
            self.strategy.run(self._replica_apply, args=(gradients, weight, rate))
        )[0]

    def _evaluate_graph(self, batch: Any, carry: Any) -> Any:
        def forward(part: Any, state: Any) -> Any:
            return self._forward(part, state, False)

        evaluate = self._compiled(forward) if self.xla else forward

        def replica(part: Any, state: Any, first_row: int) -> Any:
            del first_row
            sums, state = evaluate(part, state)
            context = tf.distribute.get_replica_context()
            return tf.nest.map_structure(lambda x: context.all_reduce("SUM", tf.cast(x, tf.float32)), sums), state

        sums, states = self._run(replica, batch, carry)
        return sums[0], self._joined(states, carry)

    def _run(self, replica: Callable[..., Any], batch: Any, carry: Any) -> Any:
        """Run a function on every replica's rows and give, for each result, the list of the replicas' values."""
        self.traces += 1
        first = tf.nest.flatten(batch)[0]
        rows = tf.shape(first)[0] if first.shape[0] is None else first.shape[0]
        share = -(-rows // self.replicas)
        before = self.cluster.index * self._local
        parts = []
        for index in range(before, before + self._local):
            window = slice(index * share, (index + 1) * share)
            parts.append(tf.nest.map_structure(lambda x, rows=window: x[rows], (batch, carry)))

        leaves = [tf.nest.flatten(part) for part in parts]

        def spread(values: Sequence[Any]) -> Any:
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: values[context.replica_id_in_sync_group - before]
            )

        def on_replica(first_row: int, *values: Any) -> Any:
            part, state = tf.nest.pack_sequence_as(parts[0], values)
            return replica(part, state, first_row)

        first_rows = spread([index * share for index in range(before, before + self._local)])
        outcome = self.strategy.run(
            on_replica, args=(first_rows, *(spread(leaf) for leaf in zip(*leaves, strict=True)))
        )
        unpack = self.strategy.experimental_local_results
        return tuple(_per_replica(value, unpack, self._local) for value in outcome)

    def _joined(self, states: Sequence[Any], carry: Any) -> Any:
        """Put the states of this process's replicas together, at their rows of the global batch."""

        def join(given: Any, *parts: Any) -> Any:
            own = tf.concat(parts, axis=0)
            if self.cluster.workers == 1:
                return own
            rows = tf.shape(given)[0]
            before = tf.minimum(self.cluster.index * self._local * -(-rows // self.replicas), rows)
            edges = [[before, rows - before - tf.shape(own)[0]], *[[0, 0]] * (len(own.shape) - 1)]
            return tf.ensure_shape(tf.pad(own, edges), [given.shape[0], *own.shape[1:]])

        return tf.nest.map_structure(join, carry, *states)

    def _replica_gradients(self, batch: Any, carry: Any, first_row: int, key: Any, scale: Any = None) -> Any:
        """Gradient of the replica's sum of losses, and all sums, added up over the replicas."""
        left = Assignments()
        passes: Callable[..., Any] = functools.partial(self._passes, left)
        if self.xla:
            passes = self._compiled(passes)
        gradients, sums, carry, values = passes(batch, carry, first_row, key, scale)
        for variable, value in zip(left.variables, values, strict=True):
            variable.assign(value)
        flat = [tf.cast(value, tf.float32) for value in tf.nest.flatten(sums)]
        reduced = tf.distribute.get_replica_context().all_reduce("SUM", [*gradients, *flat])
        return reduced[: len(gradients)], tf.nest.pack_sequence_as(sums, reduced[len(gradients) :]), carry

    def _passes(self, left: Assignments, batch: Any, carry: Any, first_row: Any, key: Any, scale: Any) -> Any:
        """Pass over a replica's rows, there and back.

        Returns:
            Gradients of its sum of losses, its sums, its new carry, and what its layers leave for their variables.
        """
        assert self._model is not None
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape, ExampleRandomness(key, first_row), left:
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
        return gradients, sums, carry, left.values

    def _replica_apply(self, gradients: Any, weight: Any, rate: Any) -> Any:
        """Normalise, clip and apply gradients that are the same on every replica; returns their global norm."""
        # One factor normalises and clips: a pass over all gradients costs as much as a layer's gates.
        factor = tf.math.divide_no_nan(1.0, weight)
        norm = tf.linalg.global_norm(gradients) * factor
        if self._clip:
            factor *= tf.where(norm > self._clip, self._clip / norm, 1.0)
        gradients = [gradient * factor for gradient in gradients]
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

        if self.plan.kind == "cpu" and is_fused(optimizer):
            unpack = strategy.experimental_local_results
            fused_update(optimizer, model.trainable_variables, gradients, rate, unpack)
        else:
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
        arrays = {name: np.asarray(variable.numpy()) for name, variable in self._named().items()}
        return arrays | ({} if self._scale is None else self._scale.gather())

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Put back what `gather` gave, here or in another engine.

        Raises:
            ZooError: an array is missing or has another shape, as when the settings were changed.
        """
        for name, variable in self._named().items():
            variable.assign(fitting(arrays, name, variable.shape, tf.as_dtype(variable.dtype).as_numpy_dtype))
        if self._scale is not None:
            self._scale.restore(arrays)


@functools.cache
def _workers() -> tf.distribute.Strategy:
    """Meet the other workers, once a process."""
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise ZooError(
            "device=workers: TensorFlow has started in this process already, and cannot join workers any more; "
            "use a new process"
        ) from error


@functools.cache
def _strategy(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    """Make the strategy of some devices, one a process.

    Every strategy numbers its reductions from the same number on, while TensorFlow remembers the shapes that went with
    the numbers as long as the process lives: a second strategy, of a model of other shapes, would fail.
    """
    if devices[0].startswith("CPU"):
        # Replicas on a CPU share its memory: one of them adds up, and the others see the sum without a copy.
        return tf.distribute.MirroredStrategy(devices, cross_device_ops=tf.distribute.ReductionToOneDevice())
    return tf.distribute.MirroredStrategy(devices)


def _floats(sums: Any) -> dict[str, tuple[float, float]]:
    return {name: (float(total), float(weight)) for name, (total, weight) in sums.items()}


def _per_replica(value: Any, unpack: Callable[[Any], Sequence[Any]], replicas: int) -> list[Any]:
    leaves = [unpack(leaf) for leaf in tf.nest.flatten(value)]
    return [tf.nest.pack_sequence_as(value, [leaf[index] for leaf in leaves]) for index in range(replicas)]
