"""Checks that the cells, strategies, callbacks, ... named in settings exist, without importing TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError
from zoo.lookup import unknown_name
from zoo.plugins.component_kinds import singular
from zoo.settings.fields import walk

if TYPE_CHECKING:
    from zoo.plugins import Plugins


def check_names(settings: object, plugins: Plugins) -> None:
    """Refuse settings that name an unknown component.

    Before the plugins are loaded, a name passes if some plugin might provide it; so check again afterwards.

    Args:
        settings: resolved.
        plugins: with the task loaded.

    Raises:
        UsageError: an unknown name; the message suggests the nearest.
        ZooError: the plugin that adds it is broken.
    """
    known = plugins.known_names()
    for key, entry in walk(type(settings)):
        kind = entry.field.metadata.get("component") or ""
        if not kind:
            continue
        value: object = settings
        for step in key.split("."):
            value = getattr(value, step)
        for name in value if isinstance(value, list) else [str(value)]:
            if broken := plugins.broken_owner(kind, name):
                raise ZooError(
                    f"{key}: the {singular(kind)} '{name}' comes from {broken.info.origin}, which is broken: "
                    f"{broken.cause}"
                )
            if name not in known[kind].names and known[kind].complete:
                raise UsageError(f"{key}: {unknown_name(singular(kind), name, known[kind].names)}")
