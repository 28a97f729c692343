"""Mytask: a callback that logs each epoch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import zoo

ZOO_API = 1


class MytaskCallback(keras.callbacks.Callback):
    """Writes the metrics of each epoch into a file, one JSON object a line.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write a line. Other moments: `on_train_begin`, `on_train_batch_end`, `on_test_end`, `on_train_end`."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"epoch": epoch, **(logs or {})}) + "\n")


@zoo.hookimpl
def zoo_callbacks() -> dict[str, Callable[[Path], keras.callbacks.Callback]]:
    """Register the callback: `train.callbacks=mytask`, made for the run's folder."""
    return {"mytask": lambda folder: MytaskCallback(folder / "mytask.jsonl")}
