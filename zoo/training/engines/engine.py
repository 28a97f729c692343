"""What the training loop asks of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from zoo.training.engines.cluster import Cluster

Made = TypeVar("Made")
Batch = Mapping[str, np.ndarray]
Arrays = dict[str, np.ndarray]
# A carried state: any nesting of lists, tuples and dictionaries of arrays whose first axis is the batch's.
Carry = Any
# name -> (sum over the batch, weight); a metric is the quotient of the two, added up over as many batches as wanted.
Sums = dict[str, tuple[Any, Any]]
# (batch, carry, training) -> (sums, carry), written in keras.ops.
Forward = Callable[[Mapping[str, Any], Carry, bool], tuple[Sums, Carry]]


@dataclass(frozen=True)
class StepResult:
    """What one training or evaluation step came to, over all replicas.

    Attributes:
        sums: name -> (sum, weight) over the global batch.
        carry: the state for the next batch, with the global batch as first axis; with several workers each has the
            rows that are its own, and zeros elsewhere.
        gradient_norm: global norm of the normalised gradient before clipping; 0 in evaluation.
    """

    sums: dict[str, tuple[float, float]]
    carry: Carry
    gradient_norm: float = 0.0


class Engine(Protocol):
    """Builds a model under replicas, steps it, and gathers and restores what it holds."""

    name: str
    replicas: int
    threads: int
    # Which of the processes that train together this one is; one alone is the chief of itself.
    cluster: Cluster
    # What the user should know of how the engine came about; most often nothing.
    note: str
    # How many graphs have been made: one for each function and set of shapes.
    traces: int

    def describe(self) -> str:
        """One line for people: device, replicas, threads, precision."""

    def build(self, make: Callable[[], Made], seed: int) -> Made:
        """Call `make` where variables belong to every replica, with initial weights drawn from `seed`."""

    def prepare(self, model: Any, forward: Forward, optimizer: Any, clip: float, average: float) -> None:
        """Say what a step is.

        Args:
            model: the built keras.Model.
            forward: the model's pass over a batch; its sum named `objective` is what is minimised, or `loss` where
                there is no other.
            optimizer: a Keras optimizer, or None for a model that only evaluates.
            clip: global norm that gradients are clipped to; 0 for none.
            average: decay of the moving average of the weights; 0 for none.
        """

    def set_dynamic_axes(self, varying: Mapping[str, Sequence[int]]) -> None:
        """Say which axes of the batches to come vary in size, so that one graph can serve them all.

        Args:
            varying: name of an array -> its axes; arrays and axes that are not named keep their size.
        """

    def train(self, batches: Sequence[Batch], carry: Carry, learning_rate: float, key: int) -> StepResult:
        """Take one optimiser step on the joined gradient of some batches.

        Args:
            batches: one batch, or several whose gradients are accumulated.
            carry: the state carried over from the batch before.
            learning_rate: of this step.
            key: of this step's random numbers.
        """

    def evaluate(self, batch: Batch, carry: Carry) -> StepResult:
        """Pass over a batch without training."""

    def local_rows(self, rows: int) -> slice:
        """Say which rows of a global batch this process computes."""

    def all_reduce(self, values: Sequence[float]) -> list[float]:
        """Add numbers up over all workers, each of which must call this at the same place."""

    def all_gather(self, carry: Carry) -> Carry:
        """Put a carried state together from all workers, each of which must call this at the same place."""

    def averaged(self) -> AbstractContextManager[None]:
        """Inside this context the model holds the moving average of its weights, where there is one."""

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Compile a function of tensors (by XLA where it can be) that runs on one replica."""

    def trace(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a graph of a function of tensors that runs on one replica, with the layers' own fast paths."""

    def gather(self) -> Arrays:
        """Every array that training would need to go on: weights, optimiser state, moving average."""

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Put back what `gather` gave, also when another engine or another number of replicas gave it."""
