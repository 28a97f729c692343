"""The arguments that layers and models hand on to Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import keras


class ModelOptions(TypedDict, total=False):
    """What every model of Keras takes, besides its name."""

    dtype: str | keras.DTypePolicy | None
    trainable: bool
    autocast: bool


class LayerOptions(ModelOptions, total=False):
    """What every layer of Keras takes."""

    name: str | None
