"""Options of a strategy or a processor: some shape the compiled loop, the others are handed to it as numbers."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np


@dataclass(frozen=True)
class Options:
    """A frozen dataclass whose fields are options.

    The numbers that `tensors` names reach the compiled loop as tensors, so that another temperature compiles nothing
    anew. An option that is 0 is off, and off is a part of the loop's shape: what is off costs nothing.

    Attributes:
        tensors: names of the fields that are handed over as numbers.
    """

    tensors: ClassVar[tuple[str, ...]] = ()

    def key(self) -> Hashable:
        """Give what two objects have in common that can share a compiled loop."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return type(self), *((name, bool(value) if name in self.tensors else value) for name, value in named)

    def numbers(self) -> dict[str, np.ndarray]:
        """Give the options that are on and that the loop takes as numbers."""
        given = {name: getattr(self, name) for name in self.tensors}
        return {name: np.asarray(value, np.float32) for name, value in given.items() if value}

    def bind(self, numbers: Mapping[str, Any]) -> Self:
        """Give a copy for use inside the loop, with tensors for numbers; ask `on` before using one."""
        bound = copy.copy(self)
        for name in self.tensors:
            object.__setattr__(bound, name, numbers.get(name))
        return bound

    def on(self, name: str) -> bool:
        """Say, inside the loop, whether one of the options in `tensors` is on."""
        return getattr(self, name) is not None
