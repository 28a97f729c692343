"""Plugins: found by entry points, imported on first use, and isolated from one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.plugins.installed import PluginInfo, find_plugins

if TYPE_CHECKING:
    from zoo.plugins.manager import Plugins, PluginStatus, PluginWarning

__all__ = ["PluginInfo", "PluginStatus", "PluginWarning", "Plugins", "find_plugins"]


def __getattr__(name: str) -> object:
    # `zoo list` reads metadata only, which does not need pluggy.
    if name in __all__:
        from zoo.plugins import manager

        return getattr(manager, name)
    raise AttributeError(f"module 'zoo.plugins' has no attribute '{name}'")
