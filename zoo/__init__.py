"""The sequence zoo: train, use and explain sequence models.

`import zoo` is quick: it imports neither TensorFlow nor Keras. Each public name is loaded from its module
when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.components import Components
    from zoo.errors import UsageError, ZooError
    from zoo.hookspecs import hookimpl
    from zoo.hub import Hub
    from zoo.open_model import load
    from zoo.plugin_api import ZOO_API
    from zoo.plugins import Plugins
    from zoo.runs.ensemble import ensemble
    from zoo.runs.new_run import run
    from zoo.runs.run import Run
    from zoo.settings import Settings, part, setting
    from zoo.sweeps.tune import tune
    from zoo.task import Task
    from zoo.training.engines import DevicePlan

    __version__: str

_MODULE_OF = {
    "Components": "zoo.components",
    "DevicePlan": "zoo.training.engines",
    "Hub": "zoo.hub",
    "Plugins": "zoo.plugins",
    "Run": "zoo.runs.run",
    "Settings": "zoo.settings",
    "Task": "zoo.task",
    "UsageError": "zoo.errors",
    "ZOO_API": "zoo.plugin_api",
    "ZooError": "zoo.errors",
    "ensemble": "zoo.runs.ensemble",
    "hookimpl": "zoo.hookspecs",
    "load": "zoo.open_model",
    "part": "zoo.settings",
    "run": "zoo.runs.new_run",
    "setting": "zoo.settings",
    "tune": "zoo.sweeps.tune",
}

__all__ = [
    "ZOO_API",
    "Components",
    "DevicePlan",
    "Hub",
    "Plugins",
    "Run",
    "Settings",
    "Task",
    "UsageError",
    "ZooError",
    "ensemble",
    "hookimpl",
    "load",
    "part",
    "run",
    "setting",
    "tune",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        for distribution in ("seqzoo", "seqzoo-runtime"):
            try:
                return version(distribution)
            except PackageNotFoundError:
                continue
        return "0+unknown"  # a checkout on the path that was never installed
    if name in _MODULE_OF:
        try:
            value = getattr(importlib.import_module(_MODULE_OF[name]), name)
        except ModuleNotFoundError as error:
            if str(error.name).split(".")[0] != "zoo":
                raise
            message = f"zoo.{name} needs seqzoo, and only seqzoo-runtime is installed: pip install seqzoo"
            raise ModuleNotFoundError(message, name=error.name) from error
        globals()[name] = value
        return value
    raise AttributeError(f"module 'zoo' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF, "__version__"})
