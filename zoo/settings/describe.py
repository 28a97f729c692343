"""Settings as a table for people, and as YAML for files."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from zoo.settings.fields import walk

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Described(NamedTuple):
    """The description of a setting."""

    name: str  # dotted
    type: str
    default: object
    help: str
    choices: tuple[str, ...] | None


def describe(cls: type) -> list[Described]:
    """Describe every setting of a settings dataclass.

    Args:
        cls: the dataclass.

    Returns:
        One row per setting, in the order of declaration; parts have no row of their own.
    """
    defaults = cls()
    rows = []
    for name, entry in walk(cls):
        if entry.is_part:
            continue
        value: object = defaults
        for step in name.split("."):
            value = getattr(value, step)
        metadata = entry.field.metadata
        rows.append(Described(name, entry.kind, value, metadata.get("help", ""), metadata.get("choices")))
    return rows


def to_yaml(settings: DataclassInstance) -> str:
    """Write a settings object as YAML that `from_yaml` reads back to an equal object, and `config=` accepts.

    Args:
        settings: an instance of a settings dataclass.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        # PyYAML loses some Unicode line breaks in single quotes, and escapes them in double quotes.
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if value.isprintable() else '"')

    Dumper.add_representer(str, text)
    return yaml.dump(dataclasses.asdict(settings), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
