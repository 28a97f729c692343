"""The named components of installed plugins, read from their source; no plugin is imported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from zoo.plugins.installed import PluginInfo, find_plugins, switched_off


class Offer(NamedTuple):
    """A component that a plugin offers.

    Attributes:
        name: of the component; a prefix of named data ends with `:NAME`.
        summary: a description in one line; may be empty.
        info: the plugin.
    """

    name: str
    summary: str
    info: PluginInfo

    @property
    def use(self) -> str:
        """Which tasks can use it: the task of its module, or any task."""
        return f"task {self.info.name}" if self.info.kind == "task" else "any task"


def find_offers(kind: str, task: str | None = None, plugins: Iterable[PluginInfo] | None = None) -> Iterator[Offer]:
    """Find the components of a kind (`cells`, ...) that plugins offer.

    Args:
        kind: of the components.
        task: leave out components that only other tasks can use; None for all components.
        plugins: usable plugins; by default, all that are installed.
    """
    for info in usable_plugins() if plugins is None else plugins:
        if task is None or info.kind == "plugin" or info.name == task:
            for name, summary in info.states(kind).names.items():
                yield Offer(f"{name}NAME" if name.endswith(":") else name, summary, info)


def usable_plugins(plugins: Iterable[PluginInfo] | None = None) -> list[PluginInfo]:
    """Return the plugins that are neither switched off nor made for a newer zoo, by default of all installed ones."""
    disabled = os.environ.get("ZOO_DISABLE", "").split(",")
    found = find_plugins() if plugins is None else plugins
    return [info for info in found if not info.problem and not switched_off(info, disabled)]
