"""Types that engines and the training loop share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from zoo.backend.types import Nest, Tensor

Batch: TypeAlias = Mapping[str, np.ndarray]
Arrays: TypeAlias = dict[str, np.ndarray]

Carry: TypeAlias = Nest
"""State carried from batch to batch: any nesting of lists, tuples and dictionaries of arrays `[B, ...]`."""

Rate: TypeAlias = float | np.ndarray
"""The learning rate of a step: one number, or one of each trainable variable, float32 [variables]."""

Sums: TypeAlias = dict[str, tuple[Tensor, Tensor]]
"""name -> (sum over the batch, weight); a metric is the quotient of the two, added up over any number of batches."""

Totals: TypeAlias = dict[str, tuple[float, float]]
"""The same as Python numbers."""

Forward: TypeAlias = Callable[[Mapping[str, Tensor], Carry, bool], tuple[Sums, Carry]]
"""(batch, carry, training) -> (sums, carry), written in `keras.ops`."""


@dataclass(frozen=True)
class StepResult:
    """The outcome of one training or evaluation step over all replicas.

    Attributes:
        sums: name -> (sum, weight) over the global batch.
        carry: state for the next batch, with the global batch as first axis; with several workers each one holds its
            own rows, and zeros elsewhere.
        gradient_norm: global norm of the normalised gradient before clipping; 0 in evaluation.
    """

    sums: Totals
    carry: Carry
    gradient_norm: float = 0.0
