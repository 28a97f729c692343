"""Checks of settings that need no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.errors import UsageError
from zoo.runs.named_callbacks import check_callbacks

if TYPE_CHECKING:
    from zoo.components import Components
    from zoo.settings import Settings, TrainSettings


def check_settings(settings: Settings, components: Components) -> None:
    """Refuse settings with which training cannot begin.

    Args:
        settings: resolved.
        components: what plugins add.

    Raises:
        UsageError: the training would never end, or a device, callback or search strategy is unknown.
    """
    from zoo.search import check_search
    from zoo.training.engines import check_kind, choose_engine

    choose_engine(settings.engine, settings.device.kind)
    if not settings.data.source and type(settings)().data.source:
        raise UsageError("data= is empty; name a file, a folder or a data set")
    check_end(settings.train)
    check_kind(settings.device.kind, components.devices)
    check_callbacks(settings.train.callbacks, components.callbacks)
    check_search(settings.search, components.strategies)


def check_end(train: TrainSettings) -> None:
    """Refuse a training that would never end.

    Raises:
        UsageError: no limit is set.
    """
    if not (train.steps or train.epochs or train.minutes or train.patience):
        raise UsageError(
            "this training would never end; set train.steps, train.epochs, train.minutes or train.patience"
        )
