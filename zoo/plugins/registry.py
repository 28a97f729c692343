"""The hooks of loaded plugins: a plugin is registered whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pluggy

from zoo import hookspecs
from zoo.errors import ZooError, did_you_mean
from zoo.plugin_api import ZOO_API
from zoo.plugins.component_kinds import BUILT_IN, COMPONENT_HOOKS, OURS
from zoo.plugins.installed import too_new


class PluginError(ZooError):
    """A plugin cannot be used; the message contains only the cause."""


@dataclass(frozen=True)
class Registered:
    """A registered plugin.

    Attributes:
        owner: its distribution and version, or its file.
        hooks: the hooks that it implements.
        components: kind (`cells`, ...) -> name -> class or function.
    """

    owner: str
    hooks: tuple[str, ...]
    components: Mapping[str, Mapping[str, Callable[..., object]]] = field(default_factory=dict)


class Registry:
    """Registers plugins with pluggy and calls their hooks, one plugin at a time, because pluggy stops at the first
    error.
    """

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager("zoo")
        self._manager.add_hookspecs(hookspecs)
        self._known = sorted(name for name in vars(self._manager.hook) if name.startswith("zoo_"))
        self.registered: dict[object, Registered] = {}

    def add(self, plugin: object, owner: str) -> Registered:
        """Register a plugin and call its hooks for components.

        Args:
            plugin: a module, or any object with hook implementations.
            owner: its distribution and version, or its file.

        Raises:
            PluginError: no hook, an unknown hook, a wrong result, or a plugin for a newer zoo.
            BaseException: whatever the plugin raises.
        """
        if plugin in self.registered:  # several entry points may name one module
            return self.registered[plugin]
        check_api(getattr(plugin, "ZOO_API", None))
        try:
            self._manager.register(plugin)
            hooks = tuple(sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or []))
            if not hooks:
                raise PluginError("it implements no hook; mark one with @zoo.hookimpl")
            for hook in hooks:
                if hook not in self._known:
                    raise PluginError(f"unknown hook '{hook}'{did_you_mean(hook, self._known)}")
            self._manager.check_pending()
            components = {kind: self.ask(plugin, hook) for kind, hook in COMPONENT_HOOKS.items() if hook in hooks}
        except BaseException:
            if self._manager.is_registered(plugin):
                self._manager.unregister(plugin)
            raise
        self.registered[plugin] = Registered(owner, hooks, components)
        return self.registered[plugin]

    def ask(self, plugin: object, hook: str) -> dict[str, Callable[..., object]]:
        """Call one hook of one plugin, and check that it returns names with classes or functions.

        Raises:
            PluginError: it returns something else.
            BaseException: whatever the plugin raises.
        """
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        answer: dict[str, Callable[..., object]] = {}
        for result in self._manager.subset_hook_caller(hook, others)():
            if not isinstance(result, Mapping):
                raise PluginError(f"{hook} must return a mapping of names, not {type(result).__name__}")
            for name, value in result.items():
                if not isinstance(name, str) or not callable(value):
                    raise PluginError(f"{hook} must return names with classes or functions, not {name!r}: {value!r}")
                answer[name] = value
        return answer

    def shared_names(self) -> dict[tuple[str, str], list[str]]:
        """Return component names with several owners: (kind, name) -> owners, the zoo itself first."""
        owners = {(kind, name): [OURS] for kind, names in BUILT_IN.items() for name in names}
        for entry in self.registered.values():
            for kind, components in entry.components.items():
                for name in components:
                    owners.setdefault((kind, name), []).append(entry.owner)
        return {key: found for key, found in owners.items() if len(found) > 1}


def check_api(version: object) -> None:
    """Refuse a plugin that was written for a newer version of the interface.

    Args:
        version: its `ZOO_API`; None if it has none.

    Raises:
        PluginError: it is newer than ours, or not a whole number.
    """
    if version is None:
        return
    if not isinstance(version, int):
        raise PluginError(f"ZOO_API must be a whole number, not {version!r}")
    if version > ZOO_API:
        raise PluginError(too_new(version, ZOO_API))


def taken_twice(kind: str, name: str, owners: list[str]) -> str:
    """Return the message for a name that several plugins use."""
    # The zoo comes first, because only the other owner can be switched off.
    owners = sorted(owners, key=lambda owner: (owner.split()[0] != "seqzoo", owner))
    which = owners[-1].split()[0]
    return f"{kind} '{name}' is given by {' and by '.join(owners)}: switch one off, as with ZOO_DISABLE={which}"
