"""The reference of settings, read from the dataclasses that declare them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from zoo.plugins import Plugins
from zoo.settings import Settings
from zoo.settings.fields import Declared, declared, walk
from zoo.task import Task
from zoo_docs.markdown import code, table

HEAD = """\
<!-- Written by `make reference`: change the code, not this page. -->
# Settings

`zoo show task=NAME` prints the same list for one task. With further settings it shows the values that a run would have:
`zoo show task=charlm preset=small model.layers=3`. The name of a group is short for its main setting: `data=PATH`,
`device=cpu`. Lists are separated by commas: `data.ignore=time,place`.
"""

SHARED = """\
## Every task

These are the general defaults. Where a task has other defaults, its own section lists them.
"""


def settings_page(tasks: list[str]) -> str:
    """Write the page.

    Args:
        tasks: names of installed tasks, in order.

    Returns:
        Markdown.
    """
    shared = dict(_settings(Settings))
    parts = [HEAD, SHARED, *_by_group(shared)]
    for name in tasks:
        parts += _of_task(name, Plugins().load_task(name), shared)
    return "\n".join(parts)


def _of_task(name: str, task: type[Task], shared: dict[str, tuple[Declared, object]]) -> Iterator[str]:
    own, others = {}, []
    for key, (entry, default) in _settings(task.Settings).items():
        if key not in shared or entry.field.metadata != shared[key][0].field.metadata:
            own[key] = (entry, default)
        elif default != shared[key][1]:
            others.append((code(key), code(word(default)), code(word(shared[key][1]))))
    yield f"## {name}\n"
    yield f"{(task.__doc__ or '').splitlines()[0]} Its topology is {task.topology.name}.\n"
    yield _table(own)
    if others:
        yield "Defaults that differ from those above:\n"
        yield table(("setting", "default here", "general default"), others) + "\n"
    for preset, values in task.presets.items():
        words = textwrap.fill(" ".join(f"{key}={word(value)}" for key, value in _flat(values)), 100)
        yield f"`preset={preset}` means\n\n```text\n{words}\n```\n"


def _by_group(settings: dict[str, tuple[Declared, object]]) -> Iterator[str]:
    """A table for each group, below its name and docstring."""
    groups: dict[str, dict[str, tuple[Declared, object]]] = {}
    for key, found in settings.items():
        groups.setdefault(key.rpartition(".")[0], {})[key] = found
    for group, inside in groups.items():
        if group:
            yield f"### {group}\n\n{(declared(Settings)[group].type.__doc__ or '').splitlines()[0]}\n"
        yield _table(inside)


def _table(settings: dict[str, tuple[Declared, object]]) -> str:
    rows = [
        (code(key), _values(entry), code(word(default)), entry.field.metadata.get("help", ""))
        for key, (entry, default) in settings.items()
    ]
    return table(("setting", "values", "default", "meaning"), rows) + "\n"


def _values(entry: Declared) -> str:
    """The allowed values: the choices, or the type with its limits."""
    choices = entry.field.metadata.get("choices")
    if choices:
        return ("list of " if entry.item else "") + ", ".join(map(code, choices))
    return entry.expected().removeprefix("a ")


def _settings(cls: type) -> dict[str, tuple[Declared, object]]:
    """All settings of a dataclass by dotted name, with their defaults."""
    found, defaults = {}, cls()
    for key, entry in walk(cls):
        value = defaults
        for step in key.split("."):
            value = getattr(value, step)
        if not entry.is_part:
            found[key] = (entry, value)
    return found


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def word(value: object) -> str:
    """A value as a user types it; empty for an empty text or list."""
    if isinstance(value, list):
        return ",".join(map(word, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
