"""Where a training saves its results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.runs.folder import RunFolder
    from zoo.training.progress import Evaluation


class DeferredStore:
    """Saves into a run's folder, and calls a function before the first save. Thus a training that fails early leaves
    the folder unchanged.

    Args:
        folder: of the run.

    Attributes:
        before_first: called once, before the first save.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self.before_first: Callable[[], None] | None = None

    def save_checkpoint(self, arrays: dict[str, np.ndarray], state: dict[str, object]) -> None:
        """Save everything needed to resume."""
        self._begin()
        self._folder.save_checkpoint(arrays, state)

    def save_best(self, model: keras.Model) -> None:
        """Save the model's present weights as the best."""
        self._begin()
        self._folder.save_best(model)

    def save_last(self, model: keras.Model) -> None:
        """Save the model's present weights as the last."""
        self._begin()
        self._folder.save_last(model)

    def save_evaluation(self, evaluation: Evaluation) -> None:
        """Save an evaluation's metrics and its example."""
        self._begin()
        self._folder.save_evaluation(evaluation)

    def _begin(self) -> None:
        if self.before_first is not None:
            before_first, self.before_first = self.before_first, None
            before_first()
