"""What `zoo plugins` found, kept in the cache: plugins that all worked need not be imported to be listed again."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from zoo.data.fetching.places import cache_folder
from zoo.errors import ZooError
from zoo.files import write_atomic
from zoo.plugins.manager import Plugins, PluginStatus

Stamp = list[int]
"""Time of the last change of a file in nanoseconds, and its size."""


def plugin_statuses(plugins: Plugins) -> list[PluginStatus]:
    """Say what each installed plugin adds, and which are broken.

    All plugins are loaded, unless all worked the last time and nothing has changed since: no installed distribution,
    no source file that was imported, no path. What fails is never kept.

    Args:
        plugins: those installed.

    Returns:
        As `Plugins.load_all`.
    """
    path, key = cache_folder() / "plugins.json", _key()
    with suppress(Exception):  # whatever is wrong with the file, the plugins themselves can be asked
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key and all(_stamp(name) == stamp for name, stamp in kept["files"].items()):
            return _restored(plugins, kept["statuses"])
    statuses = plugins.load_all()
    if not any(status.cause for status in statuses):
        content = {"key": key, "files": _imported_files(), "statuses": [_stored(status) for status in statuses]}
        with suppress(ZooError, OSError):
            write_atomic(path, json.dumps(content))
    return statuses


def _key() -> list[object]:
    """What the statuses depend on besides source files."""
    environment = {name: os.environ.get(name, "") for name in ("ZOO_DISABLE", "KERAS_BACKEND")}
    return [list(sys.version_info[:3]), environment, sys.path, list(_distributions())]


def _distributions() -> Iterable[list[object]]:
    """Name, version and time of the installed distributions, by the folders of their metadata."""
    for folder in sys.path:
        with suppress(OSError), os.scandir(folder or ".") as entries:
            found = [entry for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".pth"))]
            yield [folder, *sorted([entry.name, entry.stat().st_mtime_ns] for entry in found)]


def _imported_files() -> dict[str, Stamp]:
    """The source files that were imported, but those of installed distributions and of Python itself."""
    standard = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    found = {}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and "site-packages" not in Path(file).parts and not file.startswith(standard):
            with suppress(OSError):
                found[file] = _stamp(file)
    return found


def _stamp(file: str) -> Stamp:
    status = os.stat(file)
    return [status.st_mtime_ns, status.st_size]


def _stored(status: PluginStatus) -> dict[str, object]:
    return {
        "plugin": _identity(status),
        "hooks": list(status.hooks),
        "adds": {kind: list(names) for kind, names in status.adds.items()},
        "disabled": status.disabled,
    }


def _restored(plugins: Plugins, stored: Sequence[dict[str, Any]]) -> list[PluginStatus]:
    """The statuses with the plugins that they belong to.

    Raises:
        ValueError: other plugins are installed than those stored.
    """
    found = []
    for info, one in zip(plugins.all(), stored, strict=True):
        adds = {kind: tuple(names) for kind, names in one["adds"].items()}
        status = PluginStatus(info, tuple(one["hooks"]), adds, disabled=one["disabled"])
        if _identity(status) != one["plugin"]:
            raise ValueError(info.name)
        found.append(status)
    return found


def _identity(status: PluginStatus) -> list[str]:
    info = status.info
    return [info.name, info.kind, info.distribution, info.version, info.module]
