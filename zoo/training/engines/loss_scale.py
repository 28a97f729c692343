"""Loss scaling, without which small gradients vanish in float16."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

FIRST = 64.0  # of a loss that is a sum over a batch, of thousands of symbols
PATIENCE = 2000  # steps without an overflow after which twice as much is tried


class LossScale:
    """What the loss is multiplied with, as large as the gradients allow (Micikevicius et al. 2018, arXiv:1710.03740).

    A step whose gradients overflow is left out, and the scale halved; after many good ones it is doubled.

    Attributes:
        value: the present scale.
    """

    def __init__(self) -> None:
        self.value = FIRST
        self._good = 0

    def keeps(self, finite: bool) -> bool:
        """Say whether a step is to be taken, and learn from it.

        Args:
            finite: whether its gradients are.
        """
        if not finite:
            self.value, self._good = max(1.0, self.value / 2), 0
        return finite

    def grow(self) -> None:
        """Try twice as much after many good steps; called when a step was taken."""
        self._good += 1
        if self._good >= PATIENCE:
            self.value, self._good = self.value * 2, 0

    def gather(self) -> dict[str, np.ndarray]:
        """What a checkpoint keeps of it, by name."""
        return {"scale/000": np.float32(self.value), "scale/001": np.float32(self._good)}  # type: ignore[dict-item]

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Put back what `gather` gave; what was trained in another precision begins as a training does."""
        if "scale/000" in arrays:
            self.value, self._good = float(arrays["scale/000"]), int(arrays["scale/001"])
