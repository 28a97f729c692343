"""The components that installed plugins offer by name, read from their source: no plugin is imported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from zoo.plugins.installed import PluginInfo, find_plugins, switched_off


@dataclass(frozen=True)
class Offer:
    """A component that a plugin offers.

    Attributes:
        name: of the component; a prefix of named data ends with `:NAME`.
        summary: what it is, on one line; may be empty.
        info: the plugin.
    """

    name: str
    summary: str
    info: PluginInfo

    @property
    def use(self) -> str:
        """Which tasks can use it: that of its module, or any."""
        return f"task {self.info.name}" if self.info.kind == "task" else "any task"


def find_offers(kind: str, task: str | None = None) -> Iterator[Offer]:
    """Find the components of a kind (`cells`, ...) that plugins offer.

    Args:
        kind: of the components.
        task: leave out what only other tasks can use; None for everything.
    """
    for info in usable_plugins():
        if task is None or info.kind == "plugin" or info.name == task:
            for name, summary in info.states(kind).names.items():
                yield Offer(f"{name}NAME" if name.endswith(":") else name, summary, info)


def usable_plugins() -> list[PluginInfo]:
    """Give the plugins that are neither switched off nor made for a newer zoo."""
    disabled = os.environ.get("ZOO_DISABLE", "").split(",")
    return [info for info in find_plugins() if not info.problem and not switched_off(info, disabled)]
