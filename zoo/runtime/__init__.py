"""The runtime: answers with a bundle, without Keras, TensorFlow and JAX.

In: the folder or `.zoo` file that an export wrote, or the name of a model that pip has installed. Out: an object that
answers as the run did. It needs NumPy, ONNX Runtime, OmegaConf for the options of a search, and for models of pieces
sentencepiece. Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.runtime.bundle import Bundle as Bundle
    from zoo.runtime.bundle import load as load
    from zoo.runtime.finding import is_bundle as is_bundle
    from zoo.runtime.predictor import Predictor as Predictor

_HOME = {
    "Bundle": "zoo.runtime.bundle",
    "Predictor": "zoo.runtime.predictor",
    "is_bundle": "zoo.runtime.finding",
    "load": "zoo.runtime.bundle",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.runtime' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
