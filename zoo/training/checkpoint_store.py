"""The interface through which a training saves its results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from zoo.training.progress import Evaluation

if TYPE_CHECKING:
    import keras


class CheckpointStore(Protocol):
    """Saves checkpoints, weights and evaluations; implemented by the run's folder."""

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, object]) -> None:
        """Save all that is needed to resume."""

    def save_best(self, model: keras.Model) -> None:
        """Save the model's present weights as the best."""

    def save_last(self, model: keras.Model) -> None:
        """Save the model's present weights as the last."""

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Save an evaluation's metrics and its example."""
