"""The JAX engine: one jitted step over a mesh of devices, for TPUs, GPUs and processors."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import jax
import jax.flatten_util
import jax.numpy as jnp
import keras
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from keras import tree

from zoo.backend.jax.compile import compile_function
from zoo.errors import ZooError
from zoo.ops.randomness import ExampleRandomness
from zoo.processor import available_cores
from zoo.training.engines.build_scope import build_scope, fitting
from zoo.training.engines.cluster import WorkerLostError, find_cluster
from zoo.training.engines.device_plan import DevicePlan, plan_devices, plan_worker
from zoo.training.engines.engine import Arrays, Batch, Carry, Forward, StepResult
from zoo.training.engines.jax.devices import (
    accelerators,
    enable_compilation_cache,
    initialize_cluster,
    platform,
    set_cpu_device_count,
)
from zoo.training.engines.loss_scale import LossScale

Made = TypeVar("Made")
AXIS = "replica"
WHOLE, ROWS = PartitionSpec(), PartitionSpec(AXIS)
OWN_FAULTS = ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED")  # statuses of XLA that no other worker can be the cause of


class JaxEngine:
    """Steps a Keras model on one or more devices with globally normalised sums (see `TensorFlowEngine`).

    Rows of a batch are laid out over the devices, padded with rows that do not count; gradients, sums and what layers
    leave for their variables are added up over the devices in one message.

    Args:
        kind: `auto`, `cpu`, `gpu`, `tpu` or `workers`: several processes, as the environment says.
        replicas: devices that share every batch; 0 for as many as fit.
        threads: not used: JAX takes all cores that the process may use.
        precision: `float32`, `bfloat16` or `float16` (computation; variables stay float32).
        rows: rows of a global batch.
        planner: chooses the devices, given the cores and the accelerators that are there.

    Raises:
        UsageError: the device is not there.
    """

    name = "jax"

    def __init__(
        self,
        kind: str,
        replicas: int,
        threads: int,
        precision: str,
        rows: int,
        planner: Callable[[int, int], DevicePlan] | None = None,
    ) -> None:
        self.precision, self.note, self.traces = precision, "", 0
        enable_compilation_cache()
        self.cluster, cores = find_cluster(kind), available_cores()
        if self.cluster.workers > 1:
            set_cpu_device_count(1)
            initialize_cluster(self.cluster)
            there = accelerators("auto")
            plan = plan_worker(self.cluster, replicas, threads, rows, cores, len(there), platform(there))
            devices = jax.devices() if there else jax.devices("cpu")
        else:
            kind = "auto" if kind == "workers" else kind
            set_cpu_device_count(max(replicas, cores))
            there = accelerators(kind)
            if planner is not None:
                plan = planner(cores, len(there))
            else:
                plan = plan_devices(kind, replicas, threads, rows, cores, len(there), platform(there))
            devices = jax.local_devices(backend="cpu") if plan.kind == "cpu" else there
            if len(devices) < plan.replicas:
                self.note = (
                    f"JAX has started with {len(devices)} device(s): {len(devices)} replica(s) "
                    f"instead of {plan.replicas}"
                )
                plan = DevicePlan(plan.kind, len(devices), plan.threads, self.note)
            devices = devices[: plan.replicas]
        self.plan, self.threads = plan, plan.threads
        self.replicas = len(devices)
        self._mesh = Mesh(np.array(devices), (AXIS,))
        self._model: Any = None
        self._optimizer: Any = None
        self._averages: list[Any] = []
        self._scale: LossScale | None = None
        self._rows_seen: dict[Any, int] = {}

    def describe(self) -> str:
        """One line for people: device, replicas, precision."""
        if self.cluster.workers > 1:
            each = f"{self.plan.replicas} replica{'s' if self.plan.replicas > 1 else ''} each"
            where = f"{self.cluster.workers} workers on {self.plan.kind}, {each}"
            return f"JAX {jax.__version__}: {where}, {self.precision}"
        replicas = f"{self.replicas} replica{'s' if self.replicas > 1 else ''}"
        return f"JAX {jax.__version__} on {self.plan.kind}: {replicas}, {self.precision}"

    def build(self, make: Callable[[], Made], seed: int) -> Made:
        """Call `make` with the precision's dtype policy and initial weights drawn from `seed` (see `Engine.build`)."""
        with build_scope(self.precision, seed):
            made = make()
        if isinstance(made, keras.Model):
            self._model = made
        return made

    def prepare(self, model: Any, forward: Forward, optimizer: Any, clip: float = 0.0, average: float = 0.0) -> None:
        """Say what a step is (see `Engine.prepare`)."""
        self._model, self._forward, self._optimizer = model, forward, optimizer
        self._clip, self._decay, self._averages = clip, average, []
        if optimizer is not None:
            optimizer.build(model.trainable_variables)
            if average:
                self._averages = [self._everywhere(jnp.array(variable.value)) for variable in model.trainable_variables]
        self._untrained = model.non_trainable_variables
        self._spread = self._over_devices(self._passes, (WHOLE, WHOLE, ROWS, ROWS, WHOLE, WHOLE), (WHOLE, ROWS))
        self._gradients_of = jax.jit(self._spread)
        self._evaluate = jax.jit(self._over_devices(self._evaluation, (WHOLE, WHOLE, ROWS, ROWS), (WHOLE, ROWS)))
        self._apply = jax.jit(self._applied, donate_argnums=(0, 1, 2))
        self._train = jax.jit(self._trained, donate_argnums=(0, 1, 2, 3, 5))
        self._scale = LossScale() if self.precision == "float16" and optimizer is not None else None

    def _over_devices(self, function: Callable[..., Any], given: Any, gives: Any) -> Callable[..., Any]:
        return jax.shard_map(function, mesh=self._mesh, in_specs=given, out_specs=gives, check_vma=False)

    def set_dynamic_axes(self, varying: Mapping[str, Sequence[int]]) -> None:
        """XLA compiles for one set of shapes at a time: there is nothing to prepare."""

    def local_rows(self, rows: int) -> slice:
        """Say which rows of a global batch this process computes (see `Engine.local_rows`)."""
        return self.cluster.local_rows(rows, self.replicas)

    def all_reduce(self, values: Sequence[float]) -> list[float]:
        """Add numbers up over all workers (see `Engine.all_reduce`)."""
        if self.cluster.workers == 1:
            return list(values)
        # By their bits: JAX would round them to 32.
        bits = np.asarray(values, np.float64).view(np.uint32)
        with self._others():
            everybody = np.asarray(multihost_utils.process_allgather(bits))  # [workers, 2 * values]
        return [float(value) for value in everybody.view(np.float64).sum(axis=0)]

    def all_gather(self, carry: Carry) -> Carry:
        """Put a carried state together from all workers (see `Engine.all_gather`)."""
        if self.cluster.workers == 1:
            return carry

        def join(leaf: Any) -> np.ndarray:
            if isinstance(leaf, jax.Array) and not leaf.is_fully_addressable:
                return np.asarray(multihost_utils.process_allgather(leaf, tiled=True))
            return np.asarray(multihost_utils.process_allgather(np.asarray(leaf))).sum(axis=0)

        with self._others():
            return tree.map_structure(join, carry)

    @contextlib.contextmanager
    def _others(self) -> Iterator[None]:
        """Around what all workers do together: say so where one of them has gone."""
        try:
            yield
        except (jax.errors.JaxRuntimeError, ValueError) as error:
            if self.cluster.workers == 1 or not _of_another(error):
                raise
            raise WorkerLostError.seen_from(self.cluster) from error

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile a function of tensors, which runs on one device; weights are read when it is called."""
        return compile_function(function, lambda: self._model.variables)

    trace = compile

    # A step

    def train(self, batches: Sequence[Batch], carry: Carry, learning_rate: float, key: int) -> StepResult:
        """Take one optimiser step (see `Engine.train`)."""
        with self._others():
            return self._step(batches, carry, np.float32(learning_rate), key)

    def _step(self, batches: Sequence[Batch], carry: Carry, rate: Any, key: int) -> StepResult:
        weights, others, state = self._values()
        scale = np.float32(1.0 if self._scale is None else self._scale.value)
        rows = _rows(batches[0])
        if len(batches) == 1 and self._scale is None:
            batch, carry = self._laid_out(batches[0], carry)
            weights, others, state, self._averages, sums, carry, norm = self._train(
                weights, others, state, self._averages, batch, carry, _bits(key), rate
            )
            self._keep(weights, others, state)
            return StepResult(_floats(sums), self._cut(carry, rows), float(norm))
        total: Any = None
        for index, each in enumerate(batches):
            batch, carry = self._laid_out(each, carry)
            (*part, others), carry = self._gradients_of(weights, others, batch, carry, _bits(key + index), scale)
            carry = self._cut(carry, _rows(each))
            total = part if total is None else tree.map_structure(jnp.add, total, part)
        gradients, sums = total
        if self._scale is not None and not self._scale.keeps(bool(jnp.isfinite(_squares(gradients)))):
            self._keep(weights, others, state)
            return StepResult(_floats(sums), carry)
        weights, state, self._averages, norm = self._apply(
            weights, state, self._averages, gradients, sums["loss"][1] * scale, rate
        )
        self._keep(weights, others, state)
        if self._scale is not None:
            self._scale.grow()
        return StepResult(_floats(sums), carry, float(norm))

    def evaluate(self, batch: Batch, carry: Carry) -> StepResult:
        """Pass over a batch without training."""
        with self._others():
            weights, others, _ = self._values()
            sums, carry = self._evaluate(weights, others, *self._laid_out(batch, carry))
            return StepResult(_floats(sums), self._cut(carry, _rows(batch)))

    def _values(self) -> tuple[list[Any], list[Any], list[Any]]:
        """The present values of weights, of the model's other variables, and of the optimiser's, on all devices."""
        groups = (
            self._model.trainable_variables,
            self._untrained,
            self._optimizer.variables if self._optimizer else [],
        )
        weights, others, state = ([self._everywhere(variable.value) for variable in group] for group in groups)
        return weights, others, state

    def _everywhere(self, value: Any) -> Any:
        """A value on all devices, where it is already but at first."""
        sharding = NamedSharding(self._mesh, WHOLE)
        return value if getattr(value, "sharding", None) == sharding else jax.device_put(value, sharding)

    def _keep(self, weights: Sequence[Any], others: Sequence[Any], state: Sequence[Any]) -> None:
        variables = [*self._model.trainable_variables, *self._untrained, *self._optimizer.variables]
        for variable, value in zip(variables, [*weights, *others, *state], strict=True):
            variable.assign(value)

    def _laid_out(self, batch: Batch, carry: Carry) -> tuple[Any, Any]:
        """Put rows on their devices, behind them rows of padding where they do not come out even.

        Where batches of the same lengths had more rows, this one gets as many: nothing is compiled for it. A row of
        padding is the last one over again, with weights of zero: one without any place could come out as no number.
        """
        rows = _rows(batch)
        more = -rows % self.replicas
        if "weights" not in batch:
            if more:
                raise ZooError(
                    f"engine=jax: a batch of {rows} rows without an array 'weights' cannot be padded for "
                    f"{self.replicas} devices; set device.replicas=1, or give every batch weights"
                )
        elif self.cluster.workers == 1:
            lengths = tuple(value.shape[1:] for value in batch.values())
            most = self._rows_seen[lengths] = max(self._rows_seen.get(lengths, 0), rows + more)
            more = most - rows
        by_rows = NamedSharding(self._mesh, ROWS)

        def put(value: Any, mode: Any = "edge") -> Any:
            if isinstance(value, jax.Array) and value.sharding == by_rows and not more:
                return value
            value = np.asarray(value)
            if more:
                value = np.pad(value, [(0, more)] + [(0, 0)] * (value.ndim - 1), mode=mode)
            if self.cluster.workers == 1:
                return jax.device_put(value, by_rows)
            return jax.make_array_from_callback(value.shape, by_rows, lambda place: value[place])

        laid = {name: put(value, "constant" if name == "weights" else "edge") for name, value in batch.items()}
        return laid, tree.map_structure(put, carry)

    def _cut(self, carry: Carry, rows: int) -> Carry:
        """Take the padding off that `_laid_out` put on."""

        def cut(value: Any) -> Any:
            if value.shape[0] == rows:
                return value
            if value.is_fully_addressable:
                return value[:rows]
            own = np.zeros(value.shape, value.dtype)
            for part in value.addressable_shards:
                own[part.index] = part.data
            return own[:rows]

        return tree.map_structure(cut, carry)

    # What follows is traced, once for each set of batch shapes.

    def _trained(
        self, weights: Any, others: Any, state: Any, averages: Any, batch: Any, carry: Any, key: Any, rate: Any
    ) -> Any:
        one = jnp.float32(1.0)
        (gradients, sums, others), carry = self._spread(weights, others, batch, carry, key, one)
        weights, state, averages, norm = self._applied(weights, state, averages, gradients, sums["loss"][1], rate)
        return weights, others, state, averages, sums, carry, norm

    def _passes(self, weights: Any, others: Any, batch: Any, carry: Any, key: Any, scale: Any) -> Any:
        """Pass over a device's rows, there and back; all that is summed goes over the devices in one message."""
        self.traces += 1
        index = jax.lax.axis_index(AXIS)
        first_row = index * _rows(batch)
        assigned: list[bool] = []

        def objective(weights: Any) -> Any:
            with (
                keras.StatelessScope(state_mapping=self._mapping(weights, others), collect_losses=True) as scope,
                ExampleRandomness(key, first_row),
            ):
                sums, state = self._forward(batch, carry, True)
                loss, weight = sums.get("objective", sums["loss"])
                target = jnp.asarray(loss, jnp.float32)
                for penalty in self._model.losses:
                    target += jnp.asarray(penalty, jnp.float32) * jnp.asarray(weight, jnp.float32)
            left = _current(scope, self._untrained, others)
            assigned[:] = [new is not old for new, old in zip(left, others, strict=True)]
            return target * scale, (sums, state, left)

        gradients, (sums, state, left) = jax.grad(objective, has_aux=True)(weights)
        gradients = [jnp.asarray(gradient, jnp.float32) for gradient in gradients]
        # Integers count the same on every device.
        shared = [at for at, value in enumerate(left) if assigned[at] and jnp.issubdtype(value.dtype, jnp.floating)]
        parts = [jnp.asarray(left[at], jnp.float32) * self._part(self._untrained[at], index) for at in shared]
        gradients, sums, parts = _summed((gradients, sums, parts))
        for at, value in zip(shared, parts, strict=True):
            left[at] = jnp.asarray(value, left[at].dtype)
        return (gradients, sums, left), state

    def _mapping(self, weights: Any, others: Any) -> list[tuple[Any, Any]]:
        trained = zip(self._model.trainable_variables, weights, strict=True)
        return [*trained, *zip(self._untrained, others, strict=True)]

    def _part(self, variable: Any, index: Any) -> Any:
        """What a device's value of a variable adds to that of all: see `aggregation` of a Keras variable."""
        if variable.aggregation == "sum":
            return jnp.float32(1.0)
        if variable.aggregation == "mean":
            return jnp.float32(1.0 / self.replicas)
        return jnp.asarray(index == 0, jnp.float32)

    def _evaluation(self, weights: Any, others: Any, batch: Any, carry: Any) -> Any:
        with keras.StatelessScope(state_mapping=self._mapping(weights, others)):
            sums, state = self._forward(batch, carry, False)
        return _summed(sums), state

    def _applied(self, weights: Any, state: Any, averages: Any, gradients: Any, weight: Any, rate: Any) -> Any:
        """Normalise, clip and apply gradients; also gives their global norm."""
        optimizer, variables = self._optimizer, self._model.trainable_variables
        factor = jnp.where(weight > 0, 1.0 / jnp.where(weight > 0, weight, 1.0), 0.0)
        norm = jnp.sqrt(_squares(gradients)) * factor
        if self._clip:
            factor *= jnp.where(norm > self._clip, self._clip / norm, 1.0)
        mapping = [*zip(variables, weights, strict=True), *zip(optimizer.variables, state, strict=True)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            for variable, gradient in zip(variables, gradients, strict=True):
                if optimizer.weight_decay and len(variable.shape) > 1:
                    # Decoupled decay, of matrices only (Loshchilov and Hutter 2019, arXiv:1711.05101).
                    variable.assign(variable.value * (1.0 - optimizer.weight_decay * rate))
                optimizer.update_step(gradient * factor, variable, rate)
            age = jnp.asarray(optimizer.iterations.value, jnp.float32)
            optimizer.iterations.assign(optimizer.iterations.value + 1)
        weights = _current(scope, variables, weights)
        state = _current(scope, optimizer.variables, state)
        # A young average follows quickly: with a constant decay it would remember the random start for long.
        share = 1.0 - jnp.minimum(self._decay, (1.0 + age) / (10.0 + age))
        averages = [kept + (now - kept) * share for kept, now in zip(averages, weights, strict=False)]
        return weights, state, averages, norm

    # State

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside this context the model holds the moving average of its weights, where there is one."""
        if not self._averages:
            yield
            return
        variables = self._model.trainable_variables
        kept = [variable.value for variable in variables]
        try:
            for variable, average in zip(variables, self._averages, strict=True):
                variable.assign(average)
            yield
        finally:
            for variable, value in zip(variables, kept, strict=True):
                variable.assign(value)

    def gather(self) -> Arrays:
        """Every array that training would need to go on."""
        arrays = {name: np.asarray(variable.value) for name, variable in self._named().items()}
        arrays |= {f"average/{index:03d}": np.asarray(value) for index, value in enumerate(self._averages)}
        return arrays | ({} if self._scale is None else self._scale.gather())

    def _named(self) -> dict[str, Any]:
        """Every variable by the name that other engines have for it."""
        named = {f"model/{index:03d}": value for index, value in enumerate(self._model.variables)}
        others = [] if self._optimizer is None else self._optimizer.variables
        return named | {f"optimizer/{index:03d}": value for index, value in enumerate(others)}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Put back what `gather` gave, here or in another engine.

        Raises:
            ZooError: an array is missing or has another shape, as when the settings were changed.
        """
        for name, variable in self._named().items():
            variable.assign(fitting(arrays, name, variable.shape, variable.value.dtype))
        self._averages = [
            self._everywhere(fitting(arrays, f"average/{index:03d}", value.shape, value.dtype))
            for index, value in enumerate(self._averages)
        ]
        if self._scale is not None:
            self._scale.restore(arrays)


def _of_another(error: Exception) -> bool:
    """Whether an error can come of a worker that has gone.

    A jitted function that was called before gives XLA's errors as ValueErrors; their texts begin with a status.
    """
    status = str(error).partition(": ")[0]
    from_xla = isinstance(error, jax.errors.JaxRuntimeError) or re.fullmatch("[A-Z_]+", status) is not None
    return from_xla and status not in OWN_FAULTS


def _bits(key: int) -> np.uint32:
    return np.uint32(key & 0xFFFFFFFF)


def _rows(batch: Mapping[str, Any]) -> int:
    return int(next(iter(batch.values())).shape[0])


def _squares(arrays: Any) -> Any:
    return sum(jnp.sum(jnp.square(array)) for array in arrays)


def _current(scope: Any, variables: Any, values: Any) -> list[Any]:
    """What variables hold at the end of a scope that they entered with some values."""
    found = [scope.get_current_value(variable) for variable in variables]
    return [value if new is None else new for new, value in zip(found, values, strict=True)]


def _floats(sums: Any) -> dict[str, tuple[float, float]]:
    return {name: (float(total), float(weight)) for name, (total, weight) in jax.device_get(sums).items()}


def _summed(values: Any) -> Any:
    """Add numbers up over the devices, all in one message."""
    flat, shapes = jax.flatten_util.ravel_pytree(jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), values))
    return shapes(jax.lax.psum(flat, AXIS))
