"""`train.callbacks=glimpses`: an image of where the model looks, after every evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import keras
import numpy as np

import zoo
from zoo_glimpse.drawing import check_reader, draw_glimpses, title
from zoo_glimpse.task import Glimpse


class DrawGlimpses(keras.callbacks.Callback):
    """Writes `glimpses/<step>.png` into the run's folder: the first images to validate on, and where it looked.

    Args:
        folder: of the run.
        count: how many images.
    """

    def __init__(self, folder: Path, count: int = 16) -> None:
        super().__init__()
        self.folder, self.count = folder, count

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Find the images to watch.

        Raises:
            UsageError: the model does not choose where to look.
        """
        run = zoo.load(self.folder, task=Glimpse)
        check_reader(run.settings.model.reader)
        self.labels, self.size = run.codecs["target"], run.settings.glimpses.size
        self.examples = list(islice(iter(run.task.splits().validation), self.count))
        self.images = np.stack([run.codecs["source"].encode(example["source"]) for example in self.examples])

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Draw where it looks now."""
        logits, told = self.model.explain(self.images)  # [N, classes]
        answers = [self.labels.decode(place) for place in np.argmax(np.asarray(logits), axis=-1)]
        titles = [title(example["target"], answer) for example, answer in zip(self.examples, answers, strict=True)]
        step = int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))
        draw_glimpses(
            self.images,
            np.asarray(told["looked_at"]),
            self.folder / "glimpses" / f"{step:08d}.png",
            self.size,
            titles,
        )
