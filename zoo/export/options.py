"""How a run is exported, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from zoo.export.parity import Parity

FORMATS = ("onnx", "savedmodel", "litert", "numpy")
PRECISIONS = ("float32", "int8", "float16")
PRECISIONS_OF = {
    "onnx": PRECISIONS,
    "savedmodel": ("float32",),
    "litert": PRECISIONS,
    "numpy": ("float32", "float16"),
}
EXAMPLES = 200
"""Validation examples that an export compares."""


@dataclass(frozen=True)
class ExportOptions:
    """How a run is exported.

    Attributes:
        format: `onnx`, `savedmodel`, `litert` or `numpy`.
        precision: `float32`, `int8` or `float16`.
        examples: how many validation examples run and bundle answer; 0: none.
        tolerance: the share of the first metric that a smaller precision may lose.
        license: of the model, as an SPDX name.

        length: positions of a source in graphs of fixed shapes (`format=litert`); 0: up to 32.

    Raises:
        UsageError: an unknown format or precision, or a precision that the format does not have.
    """

    format: str = "onnx"
    precision: str = "float32"
    examples: int = EXAMPLES
    tolerance: float = 0.01
    license: str = ""
    length: int = 0

    def __post_init__(self) -> None:
        for name, known in (("format", FORMATS), ("precision", PRECISIONS)):
            if (given := getattr(self, name)) not in known:
                raise UsageError(f"unknown {name} '{given}'{did_you_mean(given, known)}")
        if self.precision not in PRECISIONS_OF[self.format]:
            raise UsageError(
                f"precision={self.precision}: format={self.format} has only {' and '.join(PRECISIONS_OF[self.format])}"
            )
        if self.length and self.format != "litert":
            raise UsageError(f"length={self.length}: only format=litert has graphs of a fixed length")


@dataclass(frozen=True)
class Export:
    """What came of an export.

    Attributes:
        path: of the bundle, a folder or a `.zoo` file.
        parity: how it compares with the run; None where nothing was compared.
        size: bytes of its files.
    """

    path: Path
    parity: Parity | None
    size: int
