"""Where a model attended while it wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

END_MARK = "∎"
"""Stands for the end token in an alignment."""

_SHADES = " ░▒▓█"


@dataclass(frozen=True)
class Alignment:
    """How much a model attended to each position of its source when it wrote each token.

    Attributes:
        written: the tokens of the output, and `END_MARK`.
        read: the tokens of the source; none for an image.
        weights: float32 `[T, S]`, or for an image `[T, h, w]` over its grid; the weights of a token add up to 1.
    """

    written: tuple[str, ...]
    read: tuple[str, ...]
    weights: np.ndarray

    def lines(self) -> list[str]:
        """Draw the alignment with characters: the darker, the larger the weight.

        Returns:
            For a text the numbered tokens of the source, then a row for each token written with a column for each
            position; for an image its grid beside each token, scaled to the largest weight.
        """
        width = max(len(token) for token in self.written)
        if self.read:
            numbers = range(1, len(self.read) + 1)
            lines = ["  ".join(f"{number} {token}" for number, token in zip(numbers, self.read, strict=True))]
            lines.append(" " * width + "".join(f" {number % 100:2d}" for number in numbers))
            for token, row in zip(self.written, self.weights, strict=True):
                lines.append(f"{token:>{width}}" + "".join(f" {2 * _shade(weight)}" for weight in row).rstrip())
            return lines
        lines = []
        for token, grid in zip(self.written, self.weights, strict=True):
            for number, row in enumerate(grid / max(float(grid.max()), 1e-9)):
                cells = "".join(2 * _shade(weight) for weight in row)
                lines.append(f"{token if number == 0 else '':>{width}} |{cells}|")
        return lines


def _shade(weight: float) -> str:
    return _SHADES[min(len(_SHADES) - 1, round(float(weight) * (len(_SHADES) - 1)))]
