"""The runtime: answers with a bundle, without Keras, TensorFlow and JAX.

In: the folder or `.zoo` file that an export wrote. Out: an object that answers as the run did. It needs NumPy, ONNX
Runtime, OmegaConf for the options of a search, and for models of pieces sentencepiece.
"""

from __future__ import annotations

from zoo.runtime.bundle import Bundle, is_bundle, load
from zoo.runtime.predictor import Predictor

__all__ = ["Bundle", "Predictor", "is_bundle", "load"]
