"""Keras callbacks by name."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.errors import UsageError, did_you_mean


def named_callbacks(names: Sequence[str], folder: Path | None, more: Mapping[str, Any]) -> list[Any]:
    """Make the callbacks that `train.callbacks` names.

    Args:
        names: `tensorboard`, `csv`, or what plugins add.
        folder: of the run; None to see only that they are known, and make none.
        more: name -> function of the folder that makes a callback.

    Raises:
        UsageError: an unknown name, or a package that is not installed.
    """
    import keras

    makers: dict[str, Callable[[Path], Any]] = {
        "tensorboard": lambda path: keras.callbacks.TensorBoard(str(path / "tensorboard")),
        "csv": lambda path: keras.callbacks.CSVLogger(str(path / "epochs.csv"), append=True),
        **more,
    }
    for name in names:
        if name not in makers:
            raise UsageError(f"train.callbacks: there is no callback '{name}'{did_you_mean(name, makers)}")
    if "tensorboard" in names and importlib.util.find_spec("tensorboard") is None:
        raise UsageError("train.callbacks=tensorboard needs the package tensorboard: pip install tensorboard")
    return [] if folder is None else [makers[name](folder) for name in names]
