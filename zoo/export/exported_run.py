"""What an export needs of a run, and a model of it as plain as it can be traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.search.strategies import Factory
    from zoo.settings import Settings
    from zoo.topology import Topology


@dataclass(frozen=True)
class ExportedRun:
    """A run that is exported.

    Attributes:
        name: of its task.
        topology: of its task.
        settings: resolved, of the task's own class.
        codecs: fitted, by role.
        model: with its best weights, in float32, on one device.
        strategies: search strategies that plugins add, by name.
    """

    name: str
    topology: Topology
    settings: Settings
    codecs: Mapping[str, Codec]
    model: keras.Model
    strategies: Mapping[str, Factory]
