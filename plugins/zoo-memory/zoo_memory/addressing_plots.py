"""Images of the addressing: where the heads write and read while a sequence goes by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from zoo import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class AddressingPlots(keras.callbacks.Callback):
    """Draws `addressing/<step>.png` in the run's folder after each evaluation.

    Args:
        folder: of the run.

    Raises:
        UsageError: matplotlib is not installed.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder / "addressing"
        try:
            import matplotlib  # noqa: F401
        except ImportError as error:
            raise UsageError("train.callbacks=addressing needs matplotlib: pip install zoo-memory[pictures]") from error

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Refuse a model that has nothing to show."""
        if getattr(self.model, "shown", None) is None or self.model.addressing(self.model.shown[:1]) is None:
            raise UsageError("train.callbacks=addressing is for task=memory with model.cell=ntm, ntm_dense or ntm_hard")

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Draw."""
        weightings, answers = self.model.addressing(self.model.shown)
        path = self.folder / f"{int(keras.ops.convert_to_numpy(self.model.optimizer.iterations)):08d}.png"
        path.parent.mkdir(exist_ok=True)
        draw(self.model.shown, answers, weightings).savefig(path, dpi=110)


def draw(frames: np.ndarray, answers: np.ndarray, weightings: np.ndarray) -> Figure:
    """Draw what a model saw and said, and where it wrote and read.

    Args:
        frames: [T, D].
        answers: probabilities of the bits [T, K].
        weightings: [T, H, N], of the head that writes first.

    Returns:
        A matplotlib figure.
    """
    from matplotlib.figure import Figure

    names = ["written at", *["read at" for _ in range(weightings.shape[1] - 1)]]
    panels = [("seen", frames.T), ("said", answers.T), *zip(names, weightings.transpose(1, 2, 0), strict=True)]
    heights = [panel.shape[0] for _, panel in panels]
    figure = Figure(figsize=(max(5.0, 0.16 * len(frames)), 0.09 * sum(heights) + 1.2), layout="constrained")
    all_axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    for axes, (name, panel) in zip(all_axes, panels, strict=True):
        axes.imshow(panel, aspect="auto", cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_ylabel(name, rotation=0, horizontalalignment="right", verticalalignment="center")
        axes.set_yticks([])
    all_axes[-1].set_xlabel("frame")
    return figure
