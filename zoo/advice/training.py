"""Checks evaluations during training: a model that does not learn, or that overfits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.training.progress import Evaluation

STEPS = 300
"""Steps after which a model should know more than how frequent each target is."""
GAP = 1.1
"""Validation loss over its best, from which on the model learns by heart."""
EVALUATIONS = 3
"""Evaluations without progress before the gap counts."""


class TrainingAdvisor:
    """Watches evaluations, and says each thing once.

    Args:
        entropy: nats of a target whose frequency alone is known.
        learning_rate: of the training.
        dropout: of the model; None if it has no such setting.
    """

    def __init__(self, entropy: float, learning_rate: float, dropout: float | None = None) -> None:
        self._entropy, self._learning_rate, self._dropout = entropy, learning_rate, dropout
        self._best, self._since = math.inf, 0
        self._lowest = math.inf
        self._said: set[str] = set()

    def advise(self, evaluation: Evaluation) -> str:
        """Look at an evaluation; returns a line, or nothing.

        Args:
            evaluation: the next one.
        """
        train, loss = evaluation.train.get("loss", math.nan), evaluation.validation.get("loss", math.nan)
        learning = train < self._lowest
        self._lowest = min(self._lowest, train) if math.isfinite(train) else self._lowest
        if evaluation.status.step >= STEPS and train > 0.98 * self._entropy:
            rate = f"train.learning_rate={self._learning_rate / 3:.1g}"
            return self._once(
                "not learning",
                f"not learning: the loss {train:.2f} after {evaluation.status.step} steps is no better than that of "
                f"the targets' frequencies, {self._entropy:.2f}: try {rate}, and check that inputs and targets belong "
                "together",
            )
        if not math.isfinite(loss):
            return ""
        self._best, self._since = (loss, 0) if loss < self._best else (self._best, self._since + 1)
        if self._since >= EVALUATIONS and learning and loss > GAP * self._best and train < loss:
            now = "" if self._dropout is None else f" (now {self._dropout:g})"
            key = "train.weight_decay" if self._dropout is None else f"model.dropout{now}"
            return self._once(
                "overfitting",
                f"overfitting: the validation loss {loss:.2f} is {loss / self._best - 1:.0%} above its best while the "
                f"training loss still falls; raise {key}, or set train.patience={EVALUATIONS}; the best weights are "
                "kept",
            )
        return ""

    def _once(self, kind: str, line: str) -> str:
        if kind in self._said:
            return ""
        self._said.add(kind)
        return line
