"""TensorFlow: hand-written recurrences for a CPU, a loss of vectorised kernels, Philox, XLA."""

from __future__ import annotations

from zoo.backend.tensorflow.compile import compile_function
from zoo.backend.tensorflow.loop import run_steps
from zoo.backend.tensorflow.losses import cross_entropies
from zoo.backend.tensorflow.projection import loop_projection
from zoo.backend.tensorflow.randomness import uniform
from zoo.backend.tensorflow.rnn import PROJECTS_EMBEDDINGS, can_run_layer, run_layer
from zoo.backend.tensorflow.stack_steps import stack_steps

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
