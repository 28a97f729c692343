"""How a run is exported, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError
from zoo.settings import setting
from zoo.settings.overrides import from_mapping
from zoo.settings.resolve import build

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


@dataclass
class PrecisionOptions:
    """How precise a bundle is, and how it is compared with its run: what every command that exports shares."""

    precision: str = setting("float32", "numbers of the weights", PRECISIONS)
    examples: int = setting(
        EXAMPLES, "validation examples that run and bundle both answer; 0: none", minimum=0, maximum=1_000_000
    )
    tolerance: float = setting(
        0.01, "fraction of the first metric that int8 and float16 may lose", minimum=0, maximum=1
    )
    license: str = setting("", "the license of the model, such as CC-BY-4.0, for its card")


@dataclass
class ExportOptions(PrecisionOptions):
    """How a run is exported; the settings that `zoo export` and `Run.export` share.

    Raises:
        UsageError: a precision that the format does not have, or a length where it takes none.
    """

    format: str = setting("onnx", "what to write", FORMATS)
    length: int = setting(
        0,
        "positions of a source with format=litert; 0: those of the longest compared example",
        minimum=0,
        maximum=1_000_000,
    )

    def __post_init__(self) -> None:
        known = PRECISIONS_OF.get(self.format, PRECISIONS)
        if self.precision not in known:
            raise UsageError(f"precision={self.precision}: format={self.format} has only {' and '.join(known)}")
        if self.length and self.format != "litert":
            raise UsageError(f"length={self.length}: only format=litert has graphs of a fixed length")

    @classmethod
    def of(cls, options: Mapping[str, object]) -> ExportOptions:
        """Make them of values from Python code, checked as those of the command line are.

        Raises:
            UsageError: an unknown option, or a value that it cannot have.
        """
        return build(cls, from_mapping(options), " of an export")


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
