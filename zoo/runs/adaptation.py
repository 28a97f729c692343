"""Lets a task adapt its defaults to the user's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from zoo.settings import AdaptiveDefaults, explicit_settings

if TYPE_CHECKING:
    from zoo.data import Splits
    from zoo.settings import Settings
    from zoo.task import Task


def adapt(task: Task, splits: Splits, overrides: Iterable[str] | Mapping[str, object]) -> AdaptiveDefaults:
    """Let a task choose what the user has not set, if the user names data and no preset.

    Args:
        task: with its resolved settings.
        splits: its data.
        overrides: what the user gave, as for `zoo.settings.resolve`.

    Returns:
        The choices; none if the data are the task's own, or a preset is named.
    """
    settings = task.settings
    defaults = AdaptiveDefaults(settings, explicit_settings(type(settings), overrides))
    if wants_adaptation(settings):
        task.adapt(splits, defaults)
    return defaults


def wants_adaptation(settings: Settings) -> bool:
    """Whether defaults adapt to the data: if the user named other data than the task's own, and no preset."""
    return names_data(settings) and not settings.preset


def names_data(settings: Settings) -> bool:
    """Whether the user named other data than the task's own."""
    own: Settings = type(settings)()
    return settings.data.source not in ("", own.data.source)
