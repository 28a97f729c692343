"""A backend in plain `keras.ops`, for those without a folder and for what a folder does not do better."""

from __future__ import annotations

from zoo.backend.generic.compile import compile_function
from zoo.backend.generic.loop import run_steps
from zoo.backend.generic.losses import cross_entropies
from zoo.backend.generic.projection import loop_projection
from zoo.backend.generic.randomness import uniform
from zoo.backend.generic.rnn import PROJECTS_EMBEDDINGS, can_run_layer, run_layer
from zoo.backend.generic.stack_steps import stack_steps

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
