"""Loss scaling, without which small gradients vanish in float16."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zoo.training.engines.types import Arrays

INITIAL = 64.0  # for a loss that is a sum over a batch of thousands of tokens
GROWTH_INTERVAL = 2000  # steps without an overflow before the scale is doubled


class LossScale:
    """The factor of the loss, as large as the gradients allow (Micikevicius et al. 2018, arXiv:1710.03740).

    A step whose gradients overflow is skipped, and the scale halved; after many good steps it is doubled.

    Attributes:
        value: the present scale.
    """

    def __init__(self) -> None:
        self.value = INITIAL
        self._good_steps = 0

    def accept(self, finite: bool) -> bool:
        """Say whether to take a step; halve the scale if not.

        Args:
            finite: whether all gradients of the step are finite.
        """
        if not finite:
            self.value, self._good_steps = max(1.0, self.value / 2), 0
        return finite

    def grow(self) -> None:
        """Count a step that was taken, and double the scale after many of them."""
        self._good_steps += 1
        if self._good_steps >= GROWTH_INTERVAL:
            self.value, self._good_steps = self.value * 2, 0

    def gather(self) -> Arrays:
        """Return what a checkpoint keeps of it, by name."""
        return {"scale/000": np.array(self.value, np.float32), "scale/001": np.array(self._good_steps, np.float32)}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Restore what `gather` returned; training from another precision starts with the initial scale."""
        if "scale/000" in arrays:
            self.value, self._good_steps = float(arrays["scale/000"]), int(arrays["scale/001"])
