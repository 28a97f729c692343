"""The installed plugins, read from metadata; no plugin is imported."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from zoo.plugin_api import ZOO_API
from zoo.plugins.component_kinds import COMPONENT_HOOKS
from zoo.plugins.stated_names import StatedNames, may_mention, stated_names

GROUPS = {"zoo.tasks": "task", "zoo.plugins": "plugin"}


@dataclass(frozen=True)
class PluginInfo:
    """One entry point of a plugin.

    Attributes:
        name: of the entry point; for a task, the task's name.
        kind: `task` or `plugin`.
        distribution: the distribution that contains it.
        version: the distribution's.
        module: the module that implements it.
    """

    name: str
    kind: str
    distribution: str
    version: str
    module: str
    entry_point: importlib.metadata.EntryPoint = field(repr=False, compare=False)

    @property
    def origin(self) -> str:
        """The distribution and its version."""
        return f"{self.distribution} {self.version}".strip()

    @property
    def summary(self) -> str:
        """The first line of the module's docstring, or an empty text."""
        docstring = ast.get_docstring(self._tree) if self._tree else None
        return docstring.strip().split("\n", 1)[0] if docstring and docstring.strip() else ""

    @property
    def api(self) -> int | None:
        """The number that the module assigns to ZOO_API, read from its source; None if it does not assign one."""
        return _stated_api(self._tree) if self._source and "ZOO_API" in self._source else None

    @property
    def problem(self) -> str:
        """Why it cannot be used, judged by metadata and source; empty if nothing is wrong with them."""
        return too_new(self.api, ZOO_API) if self.api and self.api > ZOO_API else ""

    @property
    def folder(self) -> Path | None:
        """The folder of its package, or its file; None if it has not been imported."""
        module = sys.modules.get(self.module.partition(".")[0])
        file = getattr(module, "__file__", None)
        if not file:
            return None
        return Path(file).parent if Path(file).name == "__init__.py" else Path(file)

    def states(self, kind: str) -> StatedNames:
        """The components of a kind (`cells`, ...) that its source names."""
        if self.entry_point.attr:  # an object that only an import creates
            return StatedNames(complete=False)
        hook = COMPONENT_HOOKS[kind]
        if self._source and not may_mention(self._source, hook):
            return StatedNames()
        return stated_names(self._tree, hook)

    @cached_property
    def _source(self) -> str | None:
        with suppress(Exception):
            return _read_source(self.module)
        return None

    @cached_property
    def _tree(self) -> ast.Module | None:
        with suppress(Exception):
            return ast.parse(self._source) if self._source else None
        return None


def find_plugins() -> list[PluginInfo]:
    """Find every installed plugin, including those that are switched off.

    Returns:
        One entry for each entry point: tasks first, then by name and distribution.
    """
    found = list(_scan())
    return sorted(found, key=lambda info: (info.kind != "task", info.name, info.distribution))


def _scan() -> Iterator[PluginInfo]:
    seen = set()
    for distribution in importlib.metadata.distributions():
        # Most distributions are not plugins, and some have broken metadata: look before parsing.
        with suppress(Exception):
            text = distribution.read_text("entry_points.txt") or ""
            if not any(group in text for group in GROUPS):
                continue
            metadata = distribution.metadata  # parsed anew at each access
            name = metadata["Name"] or "unknown"
            if normalised(name) in seen:  # the first on the path is the one that imports find
                continue
            points = [point for point in distribution.entry_points if point.group in GROUPS]
            version = metadata["Version"] or ""
            seen.add(normalised(name))
            for point in points:
                module = point.value.partition(":")[0].strip()
                yield PluginInfo(point.name, GROUPS[point.group], name, version, module, point)


def normalised(name: str) -> str:
    """Normalize a distribution's name, so that different spellings compare equal."""
    return re.sub(r"[-_.]+", "-", name).lower()


def switched_off(info: PluginInfo, disabled: Iterable[str]) -> bool:
    """Whether a list of entry-point and distribution names contains this plugin."""
    names = {normalised(name.strip()) for name in disabled if name.strip()}
    return normalised(info.name) in names or normalised(info.distribution) in names


def too_new(version: int, ours: int) -> str:
    """Return the message for a plugin that was made for a newer zoo."""
    return f"made for plugin API {version}, and this zoo has {ours}: update seqzoo"


def _stated_api(tree: ast.Module | None) -> int | None:
    for statement in tree.body if tree else []:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="ZOO_API")], value=ast.Constant(value=int(number)))
                | ast.AnnAssign(target=ast.Name(id="ZOO_API"), value=ast.Constant(value=int(number)))
            ):
                return number
    return None


def _read_source(module: str) -> str | None:
    """Read the source of a module, found as an import would find it, but without importing its packages."""
    path, name, spec = None, "", None
    for step in module.split("."):
        name = f"{name}.{step}" if name else step
        for finder in sys.meta_path:  # editable installs bring finders of their own
            spec = finder.find_spec(name, path)
            if spec is not None:
                break
        if spec is None:
            return None
        path = spec.submodule_search_locations
    get_source = getattr(spec.loader, "get_source", None) if spec else None
    return get_source(name) if get_source else None
