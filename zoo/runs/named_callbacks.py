"""Keras callbacks by name."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import keras

CALLBACKS = ("tensorboard", "csv")
"""The built-in names."""


def check_callbacks(names: Sequence[str], added: Iterable[str] = ()) -> None:
    """Refuse unknown callbacks, without importing Keras.

    Args:
        names: as in `train.callbacks`.
        added: names that plugins add.

    Raises:
        UsageError: an unknown name, or a package that is not installed.
    """
    known = {*CALLBACKS, *added}
    for name in names:
        if name not in known:
            raise UsageError(f"train.callbacks: unknown callback '{name}'{did_you_mean(name, known)}")
    if "tensorboard" in names and importlib.util.find_spec("tensorboard") is None:
        raise UsageError("train.callbacks=tensorboard needs the package tensorboard: pip install tensorboard")


def named_callbacks(
    names: Sequence[str], folder: Path, added: Mapping[str, Callable[[Path], keras.callbacks.Callback]]
) -> list[keras.callbacks.Callback]:
    """Make the callbacks that `train.callbacks` names.

    Args:
        names: `tensorboard`, `csv`, or those of plugins.
        folder: of the run.
        added: name -> function of the folder that makes a callback.

    Raises:
        UsageError: an unknown name, or a package that is not installed.
    """
    check_callbacks(names, added)
    if not names:
        return []
    import keras

    makers: dict[str, Callable[[Path], keras.callbacks.Callback]] = {
        "tensorboard": lambda path: keras.callbacks.TensorBoard(str(path / "tensorboard")),
        "csv": lambda path: keras.callbacks.CSVLogger(str(path / "epochs.csv"), append=True),
        **added,
    }
    return [makers[name](folder) for name in names]
