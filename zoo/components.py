"""The components that plugins add, by kind and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from zoo.data import Splits
    from zoo.data.vectors.word_vectors import WordVectors
    from zoo.hub import Hub
    from zoo.layers.attention.names import AttentionFactory
    from zoo.layers.cells import CellFactory
    from zoo.models.backbone import Backbone
    from zoo.search import Strategy
    from zoo.training.engines import Planner


@dataclass(frozen=True)
class Components:
    """The components that installed plugins add; a task finds them in `self.components`.

    Attributes:
        cells: recurrent cells, for `model.cell`.
        attentions: attention mechanisms, for `model.attention`.
        strategies: search strategies, for `search.strategy`.
        data: functions of the data settings that read a named source, for `data`.
        callbacks: functions of the run's folder that make a Keras callback, for `train.callbacks`.
        vectors: functions that open a collection of word vectors, for `text.vectors`.
        backbones: functions that return a network for images, for `model.backbone`.
        devices: functions that choose which devices a run uses, for `device`.
        hubs: hubs of models by their scheme, for `zoo push` and `zoo pull`.
        reports: functions of a run that return sections of its report (`zoo.report.Section`).
    """

    cells: Mapping[str, CellFactory] = field(default_factory=dict)
    attentions: Mapping[str, AttentionFactory] = field(default_factory=dict)
    strategies: Mapping[str, type[Strategy]] = field(default_factory=dict)
    data: Mapping[str, Callable[..., Splits]] = field(default_factory=dict)
    callbacks: Mapping[str, Callable[[Path], keras.callbacks.Callback]] = field(default_factory=dict)
    vectors: Mapping[str, Callable[[], WordVectors]] = field(default_factory=dict)
    backbones: Mapping[str, Callable[[], Backbone]] = field(default_factory=dict)
    devices: Mapping[str, Planner] = field(default_factory=dict)
    hubs: Mapping[str, type[Hub]] = field(default_factory=dict)
    reports: Mapping[str, Callable[[Any], Iterable[Any]]] = field(default_factory=dict)
