"""The complete plugin interface.

A plugin is a module named by an entry point: `zoo.tasks` for a task (the entry point's name is the task's name),
`zoo.plugins` for everything else. The module implements hooks, each marked with `@zoo.hookimpl`. A hook has no
arguments and no side effects, and returns a mapping; two plugins must not use the same name. The module may state
`ZOO_API = 1`, the version of this interface that it was written for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from zoo.plugin_api import ZOO_API as ZOO_API

if TYPE_CHECKING:
    import keras

    from zoo.data import Splits
    from zoo.data.vectors.word_vectors import WordVectors
    from zoo.hub import Hub
    from zoo.models.backbone import Backbone
    from zoo.search import Strategy
    from zoo.task import Task
    from zoo.training.engines import Planner

hookspec = pluggy.HookspecMarker("zoo")
hookimpl = pluggy.HookimplMarker("zoo")


@hookspec
def zoo_tasks() -> Mapping[str, type[Task]]:  # type: ignore[empty-body]
    """Return tasks: name -> subclass of `zoo.Task`. Used as `zoo run task=NAME`."""


@hookspec
def zoo_cells() -> Mapping[str, Callable[..., keras.Layer]]:  # type: ignore[empty-body]
    """Return recurrent cells: name -> class. Used as `model.cell=NAME`."""


@hookspec
def zoo_attentions() -> Mapping[str, Callable[..., keras.Layer]]:  # type: ignore[empty-body]
    """Return attention mechanisms: name -> subclass of `zoo.layers.Attention`. Used as `model.attention=NAME`."""


@hookspec
def zoo_strategies() -> Mapping[str, type[Strategy]]:  # type: ignore[empty-body]
    """Return search strategies: name -> subclass of `zoo.search.Strategy`. Used as `search.strategy=NAME`."""


@hookspec
def zoo_data() -> Mapping[str, Callable[..., Splits]]:  # type: ignore[empty-body]
    """Return named data sources: name -> function of the data settings that returns `zoo.data.Splits`. `data=NAME`.

    A name that ends with a colon is a prefix: `data=NAME:REST` calls
    `function(settings, topology=name of the topology)`.
    """


@hookspec
def zoo_callbacks() -> Mapping[str, Callable[[Path], keras.callbacks.Callback]]:  # type: ignore[empty-body]
    """Return training callbacks: name -> function of the run's folder. Used as `train.callbacks=NAME`."""


@hookspec
def zoo_vectors() -> Mapping[str, Callable[[], WordVectors]]:  # type: ignore[empty-body]
    """Return word vectors: name -> function that opens a collection of them. Used as `text.vectors=NAME`.

    A collection has an attribute `dimension` and the methods `first_words(count)` and `find(words)` (see
    `zoo.data.WordVectors`).
    """


@hookspec
def zoo_backbones() -> Mapping[str, Callable[[], Backbone]]:  # type: ignore[empty-body]
    """Return networks for images: name -> function that returns a `zoo.models.Backbone`. Used as `model.backbone=NAME`.

    A backbone makes its network, prepares images for it, and loads its trained weights.
    """


@hookspec
def zoo_report() -> Mapping[str, Callable[[Any], Iterable[Any]]]:  # type: ignore[empty-body]
    """Return sections of reports: name -> function of a `zoo.Run` that returns `zoo.report.Section`s.

    It is called for every run that is reported, and returns nothing for those that it has nothing to say about.
    """


@hookspec
def zoo_devices() -> Mapping[str, Planner]:  # type: ignore[empty-body]
    """Return devices: name -> function that chooses which devices a run uses. Used as `device=NAME`.

    It is called with the settings of the device, the rows of a batch, and the number of cores and of GPUs.
    """


@hookspec
def zoo_hubs() -> Mapping[str, type[Hub]]:  # type: ignore[empty-body]
    """Return hubs of models: scheme -> subclass of `zoo.Hub`. Used as `zoo push RUN SCHEME://NAME` and `zoo pull`."""
