"""The engine: what TensorFlow and JAX do alike in a training step, and what each must provide."""

from __future__ import annotations

import contextlib
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, TypeVar

import keras
import numpy as np
from keras import ops, tree

from zoo.backend.types import Function, Tensor
from zoo.processor import available_cores
from zoo.training.engines.build_scope import build_scope
from zoo.training.engines.cluster import WorkerLostError, find_cluster
from zoo.training.engines.device_plan import Accelerators, DevicePlan, plan_devices, plan_worker
from zoo.training.engines.loss_scale import LossScale
from zoo.training.engines.types import Arrays, Batch, Carry, Forward, Rate, StepResult, Sums, Totals
from zoo.training.stored_variables import assign_arrays, is_numbered, name_numbered
from zoo.training.variable_names import optimizer_names, variable_names

Built = TypeVar("Built")


class Engine(ABC):
    """Builds a model under replicas, trains and evaluates it step by step, and gathers and restores its state.

    Each replica computes the gradient of its *sum* of losses. Sums and weights are added up over replicas and
    accumulated batches before one division, so that the number of replicas does not change the training curve.

    Args:
        kind: `auto`, `cpu`, `gpu`, `tpu` or `workers`: several processes, as the environment says.
        replicas: copies of the model that share every batch; 0 for as many as fit.
        threads: threads of one operation within a replica; 0 for cores / replicas.
        precision: `float32`, `bfloat16` or `float16` (of computation; variables stay float32).
        rows: rows of a global batch.
        planner: chooses the devices, given the number of cores and of accelerators; by default the zoo does.
        xla: whether a replica's passes are compiled by XLA (JAX always compiles).

    Attributes:
        cluster: the processes that train together, and which of them this one is.
        plan: the devices of this process.
        replicas: copies of the model, in all processes.
        note: what the user should know about how the engine started; usually empty.
        traces: graphs made so far: one for each function and set of shapes.

    Raises:
        UsageError: the device does not exist, or there are more replicas than rows.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[str]

    def __init__(
        self,
        kind: str,
        replicas: int,
        threads: int,
        precision: str,
        rows: int,
        planner: Callable[[int, int], DevicePlan] | None = None,
        xla: bool = False,
    ) -> None:
        self.precision, self.xla = precision, xla
        self.note, self.traces = "", 0
        self.cluster = find_cluster(kind)
        self.plan = self._start(self._choose_plan(kind, replicas, threads, rows, planner))
        self.replicas = self.plan.replicas * self.cluster.workers
        self.threads = self.plan.threads
        self._model: keras.Model | None = None
        self._optimizer: keras.optimizers.Optimizer | None = None
        self._averages: list[keras.Variable] = []
        self._scale: LossScale | None = None
        self._dynamic_axes: dict[str, tuple[int, ...]] = {}

    def _choose_plan(
        self, kind: str, replicas: int, threads: int, rows: int, planner: Callable[[int, int], DevicePlan] | None
    ) -> DevicePlan:
        cores = available_cores()
        if self.cluster.workers > 1:
            found = self._find_accelerators("auto", cpu_devices=1)
            return plan_worker(self.cluster, replicas, threads, rows, cores, *found)
        kind = "auto" if kind == "workers" else kind
        found = self._find_accelerators(kind, cpu_devices=max(replicas, cores))
        if planner is not None:
            return planner(cores, found.number)
        return plan_devices(kind, replicas, threads, rows, cores, *found)

    def _reduced(self, plan: DevicePlan, there: int) -> DevicePlan:
        """Settle for fewer replicas where the backend started earlier, with fewer devices."""
        if there >= plan.replicas:
            return plan
        self.note = f"{self.title} has already started with {there} device(s): {there} replica(s), not {plan.replicas}"
        return DevicePlan(plan.kind, there, plan.threads, self.note)

    def describe(self) -> str:
        """Describe version, device, replicas, threads and precision in one line."""
        replicas = f"{self.plan.replicas} replica{'s' if self.plan.replicas > 1 else ''}"
        start = f"{self.title} {self.version}"
        if self.cluster.workers > 1:
            return f"{start}: {self.cluster.workers} workers on {self.plan.kind}, {replicas} each, {self.precision}"
        xla = ", compiled by XLA" if self.xla else ""
        return f"{start} on {self.plan.kind}: {replicas}{self._describe_threads()}, {self.precision}{xla}"

    def _describe_threads(self) -> str:
        return ""

    # Building

    def build(self, make: Callable[[], Built], seed: int) -> Built:
        """Call `make` where variables belong to every replica, with the precision's dtype policy.

        Args:
            make: builds a model or an optimizer; every layer in it must be built when it returns.
            seed: of the initial weights.

        Returns:
            The result of `make`.
        """
        with build_scope(self.precision, seed), self._replica_scope():
            built = make()
        if isinstance(built, keras.Model):
            self._model = built
        return built

    def prepare(
        self,
        model: keras.Model,
        forward: Forward,
        optimizer: keras.optimizers.Optimizer | None,
        clip: float = 0.0,
        average: float = 0.0,
    ) -> None:
        """Define what a step is.

        Args:
            model: the built model.
            forward: the model's pass over a batch; it minimises the sum named `objective`, or `loss` where there is
                no such sum.
            optimizer: a Keras optimizer, or None for a model that only evaluates.
            clip: global norm to clip gradients to; 0 for no clipping.
            average: decay of the moving average of the weights; 0 for no average.
        """
        self._model, self._forward, self._optimizer = model, forward, optimizer
        self._clip, self._decay, self._averages = clip, average, []
        if optimizer is not None:
            with self._replica_scope():
                optimizer.build(model.trainable_variables)
                if average:
                    self._averages = [_copy(variable) for variable in model.trainable_variables]
        self._scale = LossScale() if self.precision == "float16" and optimizer is not None else None
        self._prepare_steps()

    def set_dynamic_axes(self, axes: Mapping[str, Sequence[int]]) -> None:
        """Name the axes whose size differs between the batches to come, so that one graph can serve them all.

        Args:
            axes: name of an array -> its axes; arrays and axes that are not named keep their size.
        """
        self._dynamic_axes = {name: tuple(numbers) for name, numbers in axes.items()}

    # Steps

    def train(self, batches: Sequence[Batch], carry: Carry, learning_rate: Rate, key: int) -> StepResult:
        """Take one optimiser step on the joint gradient of one or more batches.

        Args:
            batches: one batch, or several whose gradients are accumulated.
            carry: state carried over from the previous batch.
            learning_rate: of this step; or of each trainable variable, float32 [variables]: one with a rate of 0 keeps
                its value, and its gradient does not count in the norm that is clipped.
            key: of this step's random numbers; accumulated batches take the keys that follow it.
        """
        with self._reporting_lost_workers():
            if len(batches) == 1 and self._scale is None:
                sums, carry, norm = self._train_step(batches[0], carry, learning_rate, key)
                return StepResult(self._as_floats(sums), carry, float(norm))
            gradients, sums, carry = self._accumulate(batches, carry, key)
            weight = sums["loss"][1]
            if self._scale is not None:
                if not self._scale.accept(bool(ops.isfinite(_sum_of_squares(gradients)))):
                    return StepResult(self._as_floats(sums), carry)
                weight = weight * self._scale.value
            norm = self._apply_gradients(gradients, weight, learning_rate)
            if self._scale is not None:
                self._scale.grow()
            return StepResult(self._as_floats(sums), carry, float(norm))

    def _accumulate(self, batches: Sequence[Batch], carry: Carry, key: int) -> tuple[list[Tensor], Sums, Carry]:
        """Add up gradients and sums over several batches."""
        scale = 1.0 if self._scale is None else self._scale.value
        gradients, sums, carry = self._compute_gradients(batches[0], carry, key, scale)
        for index, batch in enumerate(batches[1:], start=1):
            more_gradients, more_sums, carry = self._compute_gradients(batch, carry, key + index, scale)
            gradients = [total + more for total, more in zip(gradients, more_gradients, strict=True)]
            sums = tree.map_structure(operator.add, sums, more_sums)
        return gradients, sums, carry

    def evaluate(self, batch: Batch, carry: Carry) -> StepResult:
        """Pass over a batch without training."""
        with self._reporting_lost_workers():
            sums, carry = self._evaluate_step(batch, carry)
            return StepResult(self._as_floats(sums), carry)

    def _as_floats(self, sums: Sums) -> Totals:
        return {name: (float(total), float(weight)) for name, (total, weight) in self._to_host(sums).items()}

    # Workers

    def local_rows(self, rows: int) -> slice:
        """Return the rows of a global batch that this process computes."""
        return self.cluster.local_rows(rows, self.replicas)

    def all_reduce(self, values: Sequence[float]) -> list[float]:
        """Add up numbers over all workers; each of them must call this at the same point."""
        if self.cluster.workers == 1:
            return list(values)
        with self._reporting_lost_workers():
            return [float(value) for value in self._sum_over_workers(np.asarray(values, np.float64))]

    def all_gather(self, carry: Carry) -> Carry:
        """Assemble a carried state from all workers; each of them must call this at the same point."""
        if self.cluster.workers == 1:
            return carry
        with self._reporting_lost_workers():
            return tree.map_structure(self._gather_rows, carry)

    @contextlib.contextmanager
    def _reporting_lost_workers(self) -> Iterator[None]:
        """Turn the backend's error about a lost worker into one that says so."""
        try:
            yield
        except Exception as error:
            if self.cluster.workers == 1 or not self._is_lost_worker(error):
                raise
            raise WorkerLostError.seen_from(self.cluster) from error

    # State

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Inside this context the model holds the moving average of its weights, if there is one."""
        if not self._averages:
            yield
            return
        assert self._model is not None
        variables = self._model.trainable_variables
        current = [self._snapshot(variable) for variable in variables]
        try:
            for variable, average in zip(variables, self._averages, strict=True):
                variable.assign(self._snapshot(average))
            yield
        finally:
            for variable, value in zip(variables, current, strict=True):
                variable.assign(value)

    def gather(self) -> Arrays:
        """Return every array needed to resume training: weights, optimiser state, moving average."""
        arrays = {
            f"{group}/{name}": np.asarray(ops.convert_to_numpy(variable))
            for group, variables in self._named_variables().items()
            for name, variable in variables.items()
        }
        return arrays | ({} if self._scale is None else self._scale.gather())

    def restore(self, arrays: Mapping[str, np.ndarray], source: str = "the checkpoint") -> None:
        """Restore what `gather` returned, here or in another engine, with any number of replicas.

        Args:
            arrays: by name; older versions numbered them.
            source: where they were read from, for messages.

        Raises:
            ZooError: an array is missing, unknown or of another shape, as when settings were changed.
        """
        expected: dict[str, keras.Variable] = {}
        found: Arrays = {}
        for group, variables in self._named_variables().items():
            prefix = f"{group}/"
            stored = {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
            if group == "average" and not variables:
                continue  # no longer wanted
            if is_numbered(stored):
                stored = name_numbered(stored, list(variables), f"{source}, part '{group}',")
            expected |= {prefix + name: variable for name, variable in variables.items()}
            found |= {prefix + name: value for name, value in stored.items()}
        assign_arrays(expected, found, source, "another model or optimizer")
        if self._scale is not None:
            self._scale.restore(arrays)

    def _named_variables(self) -> dict[str, dict[str, keras.Variable]]:
        """Return group -> name -> variable, with names that are the same in every process and engine."""
        assert self._model is not None
        variables = self._model.variables
        groups = {"model": dict(zip(variable_names(variables), variables, strict=True))}
        names = {id(variable): name for name, variable in groups["model"].items()}
        weights = {names[id(variable)]: variable for variable in self._model.trainable_variables}
        if self._optimizer is not None:
            slots = self._optimizer.variables
            groups["optimizer"] = dict(zip(optimizer_names(self._optimizer, weights), slots, strict=True))
        groups["average"] = dict(zip(weights, self._averages, strict=False))
        return groups

    # For inference

    @abstractmethod
    def compile(self, function: Function) -> Function:
        """Compile a function of tensors (by XLA where possible) that runs on one replica."""

    @abstractmethod
    def trace(self, function: Function) -> Function:
        """Make a graph of a function of tensors that runs on one replica, with the layers' own fast paths."""

    # Provided by each backend

    @abstractmethod
    def _find_accelerators(self, kind: str, cpu_devices: int) -> Accelerators:
        """Find GPUs or TPUs; a CPU is to count as `cpu_devices` devices where that must be said beforehand."""

    @abstractmethod
    def _start(self, plan: DevicePlan) -> DevicePlan:
        """Start the planned devices; returns the plan with what there is of them."""

    @abstractmethod
    def _prepare_steps(self) -> None:
        """Forget the graphs of the previous model."""

    @abstractmethod
    def _train_step(self, batch: Batch, carry: Carry, rate: Rate, key: int) -> tuple[Sums, Carry, Tensor]:
        """Compute and apply the gradient of a batch; returns sums, carry and the gradient's norm."""

    @abstractmethod
    def _compute_gradients(
        self, batch: Batch, carry: Carry, key: int, scale: float
    ) -> tuple[list[Tensor], Sums, Carry]:
        """Compute the gradient of `scale` times the summed loss of a batch."""

    @abstractmethod
    def _apply_gradients(self, gradients: list[Tensor], weight: Tensor, rate: Rate) -> Tensor:
        """Normalise by `weight`, clip and apply gradients; returns their norm before clipping."""

    @abstractmethod
    def _evaluate_step(self, batch: Batch, carry: Carry) -> tuple[Sums, Carry]:
        """Compute the sums of a batch without training."""

    @abstractmethod
    def _sum_over_workers(self, values: np.ndarray) -> np.ndarray:
        """Add up a float64 array over the workers."""

    @abstractmethod
    def _gather_rows(self, leaf: Tensor) -> np.ndarray:
        """Assemble an array of which every worker holds its own rows, and zeros elsewhere."""

    @abstractmethod
    def _is_lost_worker(self, error: Exception) -> bool:
        """Say whether an error may mean that another worker has stopped."""

    @abstractmethod
    def _snapshot(self, variable: keras.Variable) -> Tensor:
        """Return the present value of a variable, which later assignments do not change."""

    def _replica_scope(self) -> AbstractContextManager[object]:
        """Variables that are made inside this context belong to every replica."""
        return contextlib.nullcontext()

    def _to_host(self, sums: Sums) -> Sums:
        """Fetch sums from the device, all at once where that is faster."""
        return sums


def _copy(variable: keras.Variable) -> keras.Variable:
    return keras.Variable(ops.convert_to_numpy(variable), trainable=False, dtype=variable.dtype, name="average")


def _sum_of_squares(arrays: Sequence[Tensor]) -> Tensor:
    return sum(ops.sum(ops.square(array)) for array in arrays)
