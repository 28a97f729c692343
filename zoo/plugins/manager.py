"""Loads each plugin separately, so that a broken one affects nothing else."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.components import Components
from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import expanded
from zoo.plugins.blame import place_of
from zoo.plugins.component_kinds import BUILT_IN, COMPONENT_HOOKS, OURS, SETTING_OF, singular
from zoo.plugins.installed import PluginInfo, find_plugins, switched_off
from zoo.plugins.local_file import describe_error, import_file, is_path, only_task
from zoo.plugins.registry import PluginError, Registered, Registry, check_api, taken_twice

if TYPE_CHECKING:
    from zoo.task import Task


class PluginWarning(UserWarning):
    """A plugin, or a name of one, was left out."""


@dataclass(frozen=True)
class PluginStatus:
    """The state of a plugin.

    Attributes:
        info: the plugin.
        hooks: the hooks that it implements.
        adds: kind (`tasks`, `cells`, ...) -> the names that it adds.
        cause: why it is broken, in one line; empty if it works.
        where: the faulty module, and the line if it is known; empty if the plugin works.
        disabled: whether it is switched off, and so was not loaded.
        error: the exception behind `cause`, with its traceback.
    """

    info: PluginInfo
    hooks: tuple[str, ...] = ()
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cause: str = ""
    where: str = ""
    disabled: bool = False
    error: BaseException | None = None


@dataclass(frozen=True)
class KnownNames:
    """The names of one kind of component.

    Attributes:
        names: the known names.
        complete: whether these are all; False if only an import would show more.
    """

    names: frozenset[str]
    complete: bool


class Plugins:
    """The installed plugins; each is imported when it is first needed.

    All state is in this object: make one for each run.

    Args:
        disabled: entry-point or distribution names to leave out; by default those in the environment variable
            `ZOO_DISABLE`, separated by commas.

    Attributes:
        broken: the plugins that were left out so far.
    """

    def __init__(self, disabled: Iterable[str] | None = None) -> None:
        self._disabled = os.environ.get("ZOO_DISABLE", "").split(",") if disabled is None else list(disabled)
        self._registry = Registry()
        self._found: list[PluginInfo] | None = None
        self._components: Components | None = None
        self.broken: list[PluginStatus] = []

    def all(self) -> list[PluginInfo]:
        """Return every installed plugin, those that are switched off among them; none is imported."""
        if self._found is None:
            self._found = find_plugins()
        return self._found

    def find(self) -> list[PluginInfo]:
        """Return the installed plugins that are not switched off; none is imported."""
        return [info for info in self.all() if not switched_off(info, self._disabled)]

    def load_task(self, name: str) -> type[Task]:
        """Load one task and no other plugin.

        Args:
            name: the task's name, or the path of a Python file that contains a task.

        Returns:
            The subclass of `zoo.Task`.

        Raises:
            UsageError: there is no such task, or the file contains none or several.
            ZooError: the plugin is broken, or two distributions give a task this name.
        """
        if is_path(name):
            return self.load_file(expanded(name))
        rivals = [info for info in self.find() if info.kind == "task" and info.name == name]
        if not rivals:
            raise UsageError(self._unknown(name))
        ours = [info for info in rivals if info.distribution == OURS]
        if len(rivals) > 1 and not ours:
            raise ZooError(taken_twice("task", name, [info.origin for info in rivals]))
        chosen = (ours or rivals)[0]
        for info in rivals:
            if info != chosen:  # another distribution cannot replace a built-in task
                self._leave_out(info, PluginError(self._name_taken(info)))
        try:
            return self._load_task_of(chosen)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit, too: a plugin must not end the process
            status = _broken(chosen, error)
            raise ZooError(f"task '{name}' of {chosen.origin} is broken: {status.cause} ({status.where})") from error

    def load_components(self) -> Components:
        """Load the plugins of the group `zoo.plugins` and collect their components.

        A broken plugin is left out with a `PluginWarning`; so is a name that two plugins provide.

        Returns:
            Their components, and those of the tasks loaded so far.
        """
        if self._components is None:
            for info in self.find():
                if info.kind == "plugin":
                    self._load_or_leave_out(info)
            self._components = self._gather()
        return self._components

    def load_kind(self, kind: str) -> Mapping[str, Any]:
        """Load the plugins that may add components of one kind, and no other plugin.

        Args:
            kind: such as `devices`.

        Returns:
            name -> component. A broken plugin is left out with a `PluginWarning`.
        """
        for info in self.find():
            stated = info.states(kind)
            if info.kind == "plugin" and (stated.names or not stated.complete):
                self._load_or_leave_out(info)
        components: Mapping[str, Any] = getattr(self._gather(), kind)
        return components

    def load_all(self) -> list[PluginStatus]:
        """Load every installed plugin, to see which are broken.

        Returns:
            One entry for each plugin, in the order of `find_plugins`.
        """
        statuses = [self._examine(info) for info in self.all()]
        for (kind, name), owners in self._registry.shared_names().items():
            cause = taken_twice(singular(kind), name, owners)
            statuses = [
                replace(status, cause=cause, where=f"module {status.info.module}")
                if status.info.origin in owners and COMPONENT_HOOKS[kind] in status.hooks and not status.cause
                else status
                for status in statuses
            ]
        return statuses

    def known_names(self) -> dict[str, KnownNames]:
        """Return the names of each kind of component that can be read from source code; no plugin is imported.

        Returns:
            kind (`cells`, ...) -> the names of the zoo, the plugins and the loaded tasks; once plugins are loaded, only
            of those that work.
        """
        if self._components is not None:
            return {
                kind: KnownNames(frozenset({*BUILT_IN[kind], *getattr(self._components, kind)}), True)
                for kind in COMPONENT_HOOKS
            }
        stated = [info for info in self.find() if info.kind == "plugin" and not info.problem]
        known = {}
        for kind in COMPONENT_HOOKS:
            names, complete = set(BUILT_IN[kind]), True
            for entry in self._registry.registered.values():
                names.update(entry.components.get(kind, ()))
            for info in stated:
                found = info.states(kind)
                names.update(found.names)
                complete = complete and found.complete
            known[kind] = KnownNames(frozenset(names), complete)
        return known

    def broken_owner(self, kind: str, name: str) -> PluginStatus | None:
        """Find the broken plugin whose source declares a component of this name."""
        return next((status for status in self.broken if name in status.info.states(kind).names), None)

    def _examine(self, info: PluginInfo) -> PluginStatus:
        if switched_off(info, self._disabled):
            return PluginStatus(info, disabled=True)
        try:
            if taken := self._name_taken(info):
                raise PluginError(taken)
            adds: dict[str, tuple[str, ...]] = {}
            if info.kind == "task":
                self._load_task_of(info)
                adds["tasks"] = (info.name,)
            entry = self._load(info)
            adds.update({kind: tuple(names) for kind, names in entry.components.items() if names})
            return PluginStatus(info, entry.hooks, adds)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return _broken(info, error)

    def _name_taken(self, info: PluginInfo) -> str:
        """Return why this plugin does not provide the task's name; empty if it does."""
        rivals = [other for other in self.find() if other.kind == "task" and other.name == info.name]
        if info.kind != "task" or info.distribution == OURS or len(rivals) < 2:
            return ""
        return taken_twice("task", info.name, [other.origin for other in rivals if other != info] + [info.origin])

    def _load(self, info: PluginInfo) -> Registered:
        # Check the source before the import, which may fail for a plugin that needs a newer zoo.
        check_api(info.api)
        registered = self._registry.add(info.entry_point.load(), info.origin)
        tasks = {other.module for other in self.find() if other.kind == "task"}
        if info.kind == "plugin" and "zoo_tasks" in registered.hooks and info.module not in tasks:
            raise PluginError("its tasks cannot be found: each needs an entry point in the group zoo.tasks")
        return registered

    def _load_task_of(self, info: PluginInfo) -> type[Task]:
        hooks = self._load(info).hooks
        tasks = self._registry.ask(info.entry_point.load(), "zoo_tasks") if "zoo_tasks" in hooks else {}
        if info.name not in tasks:
            raise PluginError(f"its hook zoo_tasks does not provide '{info.name}'{did_you_mean(info.name, tasks)}")
        return _checked(tasks[info.name])

    def load_file(self, path: Path, code: bytes | None = None, beside: Path | None = None) -> type[Task]:
        """Load the task in a Python file.

        Args:
            path: of the file.
            code: its content, if it has already been read.
            beside: the folder to import from; by default the file's own, or none if `code` is given.

        Returns:
            The subclass of `zoo.Task`.

        Raises:
            UsageError: the file contains no task, or several.
            ZooError: it is broken.
        """
        module = import_file(path, code, beside)
        try:
            if "ZOO_API" in vars(module):
                check_api(vars(module)["ZOO_API"])
            if not any(isfunction(value) and hasattr(value, "zoo_impl") for value in vars(module).values()):
                return _checked(only_task(module, path))
            self._registry.add(module, str(path))
            tasks = self._registry.ask(module, "zoo_tasks")
            if not tasks:
                return _checked(only_task(module, path))
            if len(tasks) > 1 and path.stem not in tasks:
                raise UsageError(
                    f"{path}: contains {len(tasks)} tasks ({', '.join(tasks)}); name one of them '{path.stem}'"
                )
            return _checked(tasks.get(path.stem) or next(iter(tasks.values())))
        except (KeyboardInterrupt, UsageError):
            raise
        except BaseException as error:
            raise ZooError(f"task {path} is broken: {_cause(error)}") from error

    def _load_or_leave_out(self, info: PluginInfo) -> None:
        try:
            self._load(info)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._leave_out(info, error)

    def _leave_out(self, info: PluginInfo, error: BaseException) -> None:
        status = _broken(info, error)
        self.broken.append(status)
        _warn(f"{info.kind} '{info.name}' of {info.origin} is left out: {status.cause} ({status.where})")

    def _gather(self) -> Components:
        shared = self._registry.shared_names()
        for (kind, name), owners in shared.items():
            outcome = "the built-in one is used" if OURS in owners else "neither is used"
            _warn(f"{taken_twice(singular(kind), name, owners)}; {outcome}")
        found: dict[str, dict[str, Any]] = {kind: {} for kind in COMPONENT_HOOKS}
        for entry in self._registry.registered.values():
            for kind, components in entry.components.items():
                found[kind].update({name: part for name, part in components.items() if (kind, name) not in shared})
        return Components(**found)

    def _unknown(self, name: str) -> str:
        if any(info.kind == "task" and info.name == name for info in self.all()):
            return f"task '{name}' is switched off by ZOO_DISABLE"
        for kind, key in SETTING_OF.items():
            owners = [info.origin for info in self.find() if name in info.states(kind).names]
            if owners or name in BUILT_IN[kind]:
                whose = f" of {owners[0]}" if owners else ""
                what = singular(kind)
                article = "an" if what[0] in "aeiou" else "a"
                return f"'{name}' is not a task; it is the name of {article} {what}{whose}: use {key}={name}"
        if Path(f"{name}.py").is_file():
            return f"unknown task '{name}'; for the file in this folder, write ./{name}.py"
        known = [info.name for info in self.find() if info.kind == "task"]
        return f"unknown task '{name}'{did_you_mean(name, known) or '; none is installed: pip install seqzoo'}"


def _checked(task: object) -> type[Task]:
    from zoo.task import Task

    if not isinstance(task, type) or not issubclass(task, Task):
        raise PluginError(f"{task!r} is not a task; expected a subclass of zoo.Task")
    check_api(task.api)
    return task


def _cause(error: BaseException) -> str:
    return str(error) if isinstance(error, ZooError) else describe_error(error)


def _broken(info: PluginInfo, error: BaseException) -> PluginStatus:
    where = "" if isinstance(error, ZooError) else place_of(error)
    return PluginStatus(info, cause=_cause(error), where=where or f"module {info.module}", error=error)


def _warn(message: str) -> None:
    warnings.warn(message, PluginWarning, stacklevel=4)
