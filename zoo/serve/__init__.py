"""The HTTP server: answers requests with runs and bundles, and shows a page for each topology.

In: models by name, and the limits of a request. Out: an ASGI application; `zoo serve` runs it. It needs Starlette and
Uvicorn, but neither Keras nor TensorFlow where the models are bundles.
"""

from __future__ import annotations

from zoo.serve.app import make_app
from zoo.serve.limits import ServeLimits
from zoo.serve.loading import load_models
from zoo.serve.served_model import ServedModel

__all__ = ["ServeLimits", "ServedModel", "load_models", "make_app"]
