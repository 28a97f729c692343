"""The HTTP server: answers requests with runs and bundles, and shows a page for each topology.

In: models by name, and the limits of a request. Out: an ASGI application; `zoo serve` runs it. It needs Starlette and
Uvicorn, but neither Keras nor TensorFlow where the models are bundles. Names are loaded on first use, so that the
limits can be read where Starlette is missing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.serve.app import make_app as make_app
    from zoo.serve.limits import ServeLimits as ServeLimits
    from zoo.serve.loading import load_models as load_models
    from zoo.serve.served_model import ServedModel as ServedModel

_HOME = {"ServeLimits": "limits", "ServedModel": "served_model", "load_models": "loading", "make_app": "app"}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.serve' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.serve.{_HOME[name]}"), name)
