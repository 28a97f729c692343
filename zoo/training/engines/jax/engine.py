"""The JAX engine: one jitted step over a mesh of devices, for TPUs, GPUs and CPUs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import jax
import jax.flatten_util
import jax.numpy as jnp
import keras
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import PartitionSpec

from zoo.backend.jax.compile import compile_function
from zoo.backend.types import Function, Nest, Tensor
from zoo.ops.randomness import ExampleRandomness
from zoo.training.engines.device_plan import Accelerators, DevicePlan
from zoo.training.engines.engine import Engine
from zoo.training.engines.jax.devices import (
    accelerators,
    enable_compilation_cache,
    initialize_cluster,
    platform,
    set_cpu_device_count,
)
from zoo.training.engines.jax.optimizer import Values, current_values, update
from zoo.training.engines.jax.sharding import AXIS, BY_ROWS, REPLICATED, RowSharding, count_rows
from zoo.training.engines.types import Batch, Carry, Rate, Sums

# Statuses of XLA that another worker cannot be the cause of.
OWN_FAULTS = ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED")


class JaxEngine(Engine):
    """Trains a Keras model on one or more devices of JAX (see `Engine`).

    Rows of a batch are divided among the devices, padded with rows that do not count. Gradients, sums and what layers
    would assign to variables are added up over the devices in one message. `threads` is not used: JAX takes all cores
    that the process may use.
    """

    name, title, version = "jax", "JAX", jax.__version__

    # Devices and workers

    def _find_accelerators(self, kind: str, cpu_devices: int) -> Accelerators:
        enable_compilation_cache()
        set_cpu_device_count(cpu_devices)
        if self.cluster.workers > 1:
            initialize_cluster(self.cluster)
        found = accelerators(kind)
        return Accelerators(len(found), platform(found))

    def _start(self, plan: DevicePlan) -> DevicePlan:
        if self.cluster.workers > 1:
            devices = jax.devices("cpu") if plan.kind == "cpu" else jax.devices()
        else:
            devices = jax.local_devices(backend="cpu") if plan.kind == "cpu" else accelerators(plan.kind)
            plan = self._reduced(plan, len(devices))
            devices = devices[: plan.replicas]
        self._sharding = RowSharding(devices, self.cluster)
        return plan

    def _sum_over_workers(self, values: np.ndarray) -> np.ndarray:
        # By their bits: JAX would round them to 32.
        gathered = np.asarray(multihost_utils.process_allgather(values.view(np.uint32)))  # [workers, 2 * values]
        total: np.ndarray = gathered.view(np.float64).sum(axis=0)
        return total

    def _gather_rows(self, leaf: Tensor) -> np.ndarray:
        if isinstance(leaf, jax.Array) and not leaf.is_fully_addressable:
            return np.asarray(multihost_utils.process_allgather(leaf, tiled=True))
        total: np.ndarray = np.asarray(multihost_utils.process_allgather(np.asarray(leaf))).sum(axis=0)
        return total

    def _is_lost_worker(self, error: Exception) -> bool:
        """Say whether an error may mean that another worker has stopped.

        A jitted function that was called before raises XLA's errors as ValueErrors; their texts begin with a status.
        """
        status = str(error).partition(": ")[0]
        from_xla = isinstance(error, jax.errors.JaxRuntimeError) or (
            isinstance(error, ValueError) and re.fullmatch("[A-Z_]+", status) is not None
        )
        return from_xla and status not in OWN_FAULTS

    def _snapshot(self, variable: keras.Variable) -> Tensor:
        return variable.value

    def _to_host(self, sums: Sums) -> Sums:
        return cast(Sums, jax.device_get(sums))

    # Steps

    def _prepare_steps(self) -> None:
        assert self._model is not None
        self._untrained = self._model.non_trainable_variables
        whole, rows = REPLICATED, BY_ROWS
        self._replica_passes = self._over_devices(self._passes, (whole, whole, rows, rows, whole, whole), (whole, rows))
        self._gradients = jax.jit(self._replica_passes)
        self._evaluate = jax.jit(self._over_devices(self._evaluation, (whole, whole, rows, rows), (whole, rows)))
        self._apply = jax.jit(self._apply_traced, donate_argnums=(0, 1, 2))
        self._train = jax.jit(self._train_traced, donate_argnums=(0, 1, 2, 3, 5))

    def _over_devices(
        self, function: Function, inputs: tuple[PartitionSpec, ...], outputs: tuple[PartitionSpec, ...]
    ) -> Function:
        mesh = self._sharding.mesh
        return cast(Function, jax.shard_map(function, mesh=mesh, in_specs=inputs, out_specs=outputs, check_vma=False))

    def _train_step(self, batch: Batch, carry: Carry, rate: Rate, key: int) -> tuple[Sums, Carry, Tensor]:
        weights, others, state, averages = self._values()
        placed, carry = self._sharding.split(batch, carry)
        weights, others, state, averages, sums, carry, norm = self._train(
            weights, others, state, averages, placed, carry, _bits(key), np.asarray(rate, np.float32)
        )
        self._assign(weights=weights, others=others, state=state, averages=averages)
        return sums, self._sharding.unpad(carry, count_rows(batch)), norm

    def _compute_gradients(
        self, batch: Batch, carry: Carry, key: int, scale: float
    ) -> tuple[list[Tensor], Sums, Carry]:
        weights, others, *_ = self._values()
        placed, carry = self._sharding.split(batch, carry)
        (gradients, sums, others), carry = self._gradients(
            weights, others, placed, carry, _bits(key), np.float32(scale)
        )
        self._assign(others=others)
        return gradients, sums, self._sharding.unpad(carry, count_rows(batch))

    def _apply_gradients(self, gradients: list[Tensor], weight: Tensor, rate: Rate) -> Tensor:
        weights, _, state, averages = self._values()
        weights, state, averages, norm = self._apply(
            weights, state, averages, gradients, weight, np.asarray(rate, np.float32)
        )
        self._assign(weights=weights, state=state, averages=averages)
        return norm

    def _evaluate_step(self, batch: Batch, carry: Carry) -> tuple[Sums, Carry]:
        weights, others, *_ = self._values()
        sums, carry = self._evaluate(weights, others, *self._sharding.split(batch, carry))
        return sums, self._sharding.unpad(carry, count_rows(batch))

    def _values(self) -> tuple[Values, Values, Values, Values]:
        """Return the values of weights, other variables, optimiser state and averages, on all devices."""
        assert self._model is not None
        state = self._optimizer.variables if self._optimizer else []
        groups = (self._model.trainable_variables, self._untrained, state, self._averages)
        weights, others, state, averages = (
            [self._sharding.replicate(variable.value) for variable in group] for group in groups
        )
        return weights, others, state, averages

    def _assign(
        self,
        weights: Values | None = None,
        others: Values | None = None,
        state: Values | None = None,
        averages: Values | None = None,
    ) -> None:
        assert self._model is not None
        groups = [(self._model.trainable_variables, weights), (self._untrained, others), (self._averages, averages)]
        if self._optimizer is not None:
            groups.append((self._optimizer.variables, state))
        for variables, values in groups:
            if values is not None:
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)

    # For inference

    def compile(self, function: Function) -> Function:
        """Compile a function of tensors that runs on one device; weights are read when it is called."""

        def variables() -> list[keras.Variable]:
            assert self._model is not None
            return cast(list[keras.Variable], self._model.variables)

        return compile_function(function, variables)

    trace = compile

    # The rest is traced, once for each set of batch shapes.

    def _train_traced(
        self,
        weights: Values,
        others: Values,
        state: Values,
        averages: Values,
        batch: Mapping[str, Tensor],
        carry: Carry,
        key: Tensor,
        rate: Tensor,
    ) -> tuple[Values, Values, Values, Values, Sums, Carry, Tensor]:
        one = jnp.float32(1.0)
        (gradients, sums, others), carry = self._replica_passes(weights, others, batch, carry, key, one)
        weight = sums["loss"][1]
        weights, state, averages, norm = self._apply_traced(weights, state, averages, gradients, weight, rate)
        return weights, others, state, averages, sums, carry, norm

    def _apply_traced(
        self, weights: Values, state: Values, averages: Values, gradients: Values, weight: Tensor, rate: Tensor
    ) -> tuple[Values, Values, Values, Tensor]:
        assert self._model is not None
        variables, limits = self._model.trainable_variables, (self._clip, self._decay)
        return update(self._optimizer, variables, weights, state, averages, gradients, weight, rate, *limits)

    def _passes(
        self, weights: Values, others: Values, batch: Mapping[str, Tensor], carry: Carry, key: Tensor, scale: Tensor
    ) -> tuple[tuple[Values, Sums, Values], Carry]:
        """Run the forward and the backward pass over a device's rows; all sums go over the devices in one message."""
        assert self._model is not None
        model = self._model
        self.traces += 1
        index = jax.lax.axis_index(AXIS)
        first_row = index * count_rows(batch)
        assigned: list[bool] = []

        def objective(weights: Values) -> tuple[Tensor, tuple[Sums, Carry, Values]]:
            with (
                keras.StatelessScope(state_mapping=self._mapping(weights, others), collect_losses=True) as scope,
                ExampleRandomness(key, first_row),
            ):
                sums, state = self._forward(batch, carry, True)
                loss, weight = sums.get("objective", sums["loss"])
                target = jnp.asarray(loss, jnp.float32)
                for penalty in model.losses:
                    target += jnp.asarray(penalty, jnp.float32) * jnp.asarray(weight, jnp.float32)
            new = current_values(scope, self._untrained, others)
            assigned[:] = [value is not old for value, old in zip(new, others, strict=True)]
            return target * scale, (sums, state, new)

        gradients, (sums, state, new) = jax.grad(objective, has_aux=True)(weights)
        gradients = [jnp.asarray(gradient, jnp.float32) for gradient in gradients]
        # Integers count the same on every device.
        shared = [at for at, value in enumerate(new) if assigned[at] and jnp.issubdtype(value.dtype, jnp.floating)]
        parts = [jnp.asarray(new[at], jnp.float32) * self._share(self._untrained[at], index) for at in shared]
        gradients, sums, parts = _sum_over_devices((gradients, sums, parts))
        for at, value in zip(shared, parts, strict=True):
            new[at] = jnp.asarray(value, new[at].dtype)
        return (gradients, sums, new), state

    def _mapping(self, weights: Values, others: Values) -> list[tuple[keras.Variable, Tensor]]:
        assert self._model is not None
        trained = zip(self._model.trainable_variables, weights, strict=True)
        return [*trained, *zip(self._untrained, others, strict=True)]

    def _share(self, variable: keras.Variable, index: Tensor) -> Tensor:
        """Return what a device's value counts in that of all devices: see `aggregation` of a Keras variable."""
        if variable.aggregation == "sum":
            return jnp.float32(1.0)
        if variable.aggregation == "mean":
            return jnp.float32(1.0 / self.replicas)
        return jnp.asarray(index == 0, jnp.float32)

    def _evaluation(
        self, weights: Values, others: Values, batch: Mapping[str, Tensor], carry: Carry
    ) -> tuple[Sums, Carry]:
        with keras.StatelessScope(state_mapping=self._mapping(weights, others)):
            sums, state = self._forward(batch, carry, False)
        return _sum_over_devices(sums), state


def _bits(key: int) -> np.uint32:
    return np.uint32(key & 0xFFFFFFFF)


def _sum_over_devices(values: Nest) -> Nest:
    """Add up numbers over the devices, all in one message."""
    flat, unflatten = jax.flatten_util.ravel_pytree(jax.tree.map(lambda value: jnp.asarray(value, jnp.float32), values))
    return unflatten(jax.lax.psum(flat, AXIS))
