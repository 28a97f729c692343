"""Where a model looked while it wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

END_MARK = "∎"
"""What stands for the end of a text among its tokens."""

_SHADES = " ░▒▓█"


@dataclass(frozen=True)
class Alignment:
    """How much a model looked at each place of its source when it wrote each token.

    Attributes:
        written: the tokens of the output, the mark of its end last.
        read: the tokens of the source; for an image none.
        weights: float32 `[T, S]`, or for an image `[T, h, w]` over its grid; what belongs to a token adds up to 1.
    """

    written: tuple[str, ...]
    read: tuple[str, ...]
    weights: np.ndarray

    def lines(self) -> list[str]:
        """Draw it in letters: the darker, the more a place was looked at.

        Returns:
            For a text the numbered tokens of the source, then a row a token written with a column a place; for a
            image its grid beside each token, the brightest place of each as dark as can be.
        """
        width = max(len(token) for token in self.written)
        if self.read:
            numbers = range(1, len(self.read) + 1)
            lines = ["  ".join(f"{place} {token}" for place, token in zip(numbers, self.read, strict=True))]
            lines.append(" " * width + "".join(f" {place % 100:2d}" for place in numbers))
            for token, row in zip(self.written, self.weights, strict=True):
                lines.append(f"{token:>{width}}" + "".join(f" {2 * _shade(share)}" for share in row).rstrip())
            return lines
        lines = []
        for token, grid in zip(self.written, self.weights, strict=True):
            for number, row in enumerate(grid / max(float(grid.max()), 1e-9)):
                cells = "".join(2 * _shade(share) for share in row)
                lines.append(f"{token if number == 0 else '':>{width}} |{cells}|")
        return lines


def _shade(share: float) -> str:
    return _SHADES[min(len(_SHADES) - 1, round(float(share) * (len(_SHADES) - 1)))]
