"""Reads the layers of settings: defaults < preset < config file < overrides."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from zoo.errors import UsageError
from zoo.files import expanded, open_file, reason
from zoo.settings.fields import plain, quoted

if TYPE_CHECKING:
    import yaml

LARGEST_FILE = 1 << 20
"""Largest size of a settings file in bytes."""


class Override(NamedTuple):
    """A given value."""

    key: str  # dotted
    value: Any  # text from a command line or file, any object from Python
    where: str  # for messages: "" for an override, "file.yaml:3" for a line of a file, "preset small"


def from_arguments(arguments: Iterable[str]) -> list[Override]:
    """Read `key=value` arguments of a command line.

    Everything after the first `=` is the value, exactly as typed.

    Raises:
        UsageError: an argument has no `=` or no key.
    """
    found = []
    for word in arguments:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"{quoted(word)} is not a setting: write key=value, as in train.steps=100")
        found.append(Override(key.strip().lstrip("-"), value, ""))
    return found


def raw_value(given: Iterable[Override], *keys: str) -> str:
    """Return the last value given for a setting, as unchecked text; empty if there is none.

    Args:
        given: values of any settings.
        keys: the setting's name, and other names of it.
    """
    return next((str(entry.value) for entry in reversed(list(given)) if entry.key in keys), "")


def from_mapping(values: Mapping[str, object], where: str = "") -> list[Override]:
    """Read settings from Python code: nested mappings, dotted names, or both."""
    return list(_flatten(values, "", where))


def _flatten(values: Mapping[str, object], prefix: str, where: str) -> Iterator[Override]:
    for name, value in values.items():
        if not isinstance(name, str):
            raise UsageError(f"{where or 'settings'}: {prefix}{name!r} is not the name of a setting")
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = dataclasses.asdict(value)
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.", where)
        else:
            yield Override(prefix + name, plain(value), where)


def to_arguments(values: Mapping[str, object]) -> list[str]:
    """Write settings from Python code as `key=value` arguments of a command line."""
    return [f"{entry.key}={_typed(entry.value)}" for entry in from_mapping(values)]


def _typed(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(_typed, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def from_file(path: str) -> list[Override]:
    """Read settings from a YAML file.

    Raises:
        UsageError: the file is missing, not text, or not YAML; the message names the file and the line.
    """
    try:
        with open_file(expanded(path)) as stream:
            data = stream.read(LARGEST_FILE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"config={path}: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"config={path}: not UTF-8 text (byte {error.start})") from error
    except ValueError as error:
        raise UsageError(f"config={path}: not a valid file name ({error})") from error
    if len(data) > LARGEST_FILE:
        raise UsageError(f"config={path}: not settings: it has more than {LARGEST_FILE:,} bytes")
    return from_text(text, path)


def from_text(text: str, where: str) -> list[Override]:
    """Read settings from YAML text; every scalar is kept as text.

    YAML would turn `1984` into a number and `no` into False before a setting's type is known; so this reads the
    document's nodes rather than the values that YAML guesses.

    Args:
        text: a YAML document: a mapping, nested or with dotted names.
        where: the name of the file, for messages.

    Raises:
        UsageError: not YAML, not a mapping, or a name occurs twice.
    """
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise UsageError(f"{where}{line}: not valid YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        number = text.count("\n", 0, error.position) + 1
        raise UsageError(f"{where}:{number}: not valid YAML: a character that YAML forbids") from error
    except Exception as error:
        raise UsageError(f"{where}: not valid settings: {reason(error)}") from error
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{where}:{root.start_mark.line + 1}: not settings; expected lines such as 'seed: 1'")
    return list(_nodes(root, "", where, 0, set()))


def _nodes(mapping: yaml.MappingNode, prefix: str, where: str, depth: int, known: set[int]) -> Iterator[Override]:
    """Walk through a mapping; `known` are the mappings visited before, which an alias may point to."""
    import yaml

    if id(mapping) in known:
        # A few aliases of aliases can expand to more settings than fit in memory.
        raise UsageError(f"{where}:{mapping.start_mark.line + 1}: an alias of several settings; write them out")
    known.add(id(mapping))
    seen: set[str] = set()
    for key, node in mapping.value:
        place = f"{where}:{key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode) or depth > 20:
            raise UsageError(f"{place}: expected a name such as 'seed'")
        if key.value in seen:
            raise UsageError(f"{place}: {quoted(prefix + key.value)} is given twice")
        seen.add(key.value)
        if isinstance(node, yaml.MappingNode):
            yield from _nodes(node, f"{prefix}{key.value}.", where, depth + 1, known)
        elif isinstance(node, yaml.SequenceNode):
            if not all(isinstance(item, yaml.ScalarNode) for item in node.value):
                raise UsageError(f"{place}: {quoted(prefix + key.value)}: expected a list of plain values")
            yield Override(prefix + key.value, [item.value for item in node.value], place)
        else:
            yield Override(prefix + key.value, node.value, place)
