"""Types that the topologies share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from zoo.backend.types import Tensor

TensorBatch: TypeAlias = Mapping[str, Tensor]
"""A batch of a topology, by name (see `Topology`)."""

Sums: TypeAlias = dict[str, tuple[Tensor, Tensor]]
"""name -> (sum over a batch, weight); a metric is the quotient of the two, added up over any number of batches."""
