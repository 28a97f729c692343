"""JAX: a recurrence with a gradient of its own for GPUs and TPUs, loops as scans, XLA."""

from __future__ import annotations

from zoo.backend.generic import cross_entropies, loop_projection, stack_steps, uniform
from zoo.backend.jax.compile import compile_function
from zoo.backend.jax.loop import run_steps
from zoo.backend.jax.rnn import PROJECTS_EMBEDDINGS, can_run_layer, run_layer

__all__ = [
    "PROJECTS_EMBEDDINGS",
    "can_run_layer",
    "compile_function",
    "cross_entropies",
    "loop_projection",
    "run_layer",
    "run_steps",
    "stack_steps",
    "uniform",
]
