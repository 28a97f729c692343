"""Options of a strategy or a processor: some shape the compiled loop, others are passed to it as numbers."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np

from zoo.backend.types import Tensor


@dataclass(frozen=True)
class Options:
    """A frozen dataclass whose fields are options.

    The options named in `tensors` reach the compiled loop as tensors, so that another temperature needs no new
    compilation. An option that is 0 is off; whether it is off is compiled in, so what is off costs nothing.

    Attributes:
        tensors: names of the fields that are passed as numbers.
    """

    tensors: ClassVar[tuple[str, ...]] = ()

    def key(self) -> Hashable:
        """Return what two objects that can share a compiled loop have in common."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return type(self), *((name, bool(value) if name in self.tensors else value) for name, value in named)

    def numbers(self) -> dict[str, np.ndarray]:
        """Return the options that are on and that the loop takes as numbers."""
        given = {name: getattr(self, name) for name in self.tensors}
        return {name: np.asarray(value, np.float32) for name, value in given.items() if value}

    def bind(self, numbers: Mapping[str, Tensor]) -> Self:
        """Return a copy for use inside the loop, with tensors for numbers; ask `on` before using one."""
        bound = copy.copy(self)
        for name in self.tensors:
            object.__setattr__(bound, name, numbers.get(name))
        return bound

    def on(self, name: str) -> bool:
        """Return whether one of the options in `tensors` is on, inside the loop."""
        return getattr(self, name) is not None
