"""Resolves given values into a settings object, checking every name and type."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.settings.fields import LARGEST, Declared, declared, plain, quoted, walk
from zoo.settings.overrides import Override, from_arguments, from_file, from_mapping, from_text, raw_value
from zoo.settings.strategy import with_strategy

SettingsType = TypeVar("SettingsType")

LIMITS = frozenset({"train.steps", "train.epochs", "train.minutes"})
"""Settings that end a training; only the highest layer that sets one of them counts."""


def resolve(
    cls: type[SettingsType],
    presets: Mapping[str, Mapping[str, object]],
    overrides: Iterable[str] | Mapping[str, object],
    *,
    task: str,
) -> SettingsType:
    """Apply the layers in order: defaults < preset < config file < overrides.

    Args:
        cls: the task's settings dataclass.
        presets: the task's presets: name -> settings (nested, or by dotted name).
        overrides: `key=value` arguments, or a mapping; `preset` and `config` (a YAML file) name the two middle layers.
        task: the task's name, for messages.

    Returns:
        An instance of `cls`; its field `preset` holds the name of the chosen preset.

    Raises:
        UsageError: an unknown name, a value of the wrong type, an unknown preset, a file that cannot be read.
    """
    given = from_mapping(overrides) if isinstance(overrides, Mapping) else from_arguments(overrides)
    files = [plain(entry.value) for entry in given if entry.key == "config"]
    given = [entry for entry in given if entry.key != "config"]
    given = with_strategy(_own_limits(given), typed=True)
    if files and files[-1]:
        given = with_strategy(_own_limits(from_file(str(files[-1])))) + given
    chosen = [entry for entry in given if entry.key == "preset"]
    preset = chosen[-1].value if chosen else ""
    if preset:
        if not isinstance(preset, str) or preset not in presets:
            known = did_you_mean(str(preset), presets) or "; it has none"
            raise UsageError(f"{_place(chosen[-1])}unknown preset {quoted(preset)} of task {task}{known}")
        given = with_strategy(_own_limits(from_mapping(presets[preset], f"preset {preset}"))) + given
    return build(cls, given, f" of task {task}")


def explicit_settings(cls: type, overrides: Iterable[str] | Mapping[str, object]) -> frozenset[str]:
    """Return the full dotted names of the settings given by arguments, a mapping or the config file.

    Args:
        cls: the task's settings dataclass.
        overrides: as for `resolve`.
    """
    given = from_mapping(overrides) if isinstance(overrides, Mapping) else from_arguments(overrides)
    files = [plain(entry.value) for entry in given if entry.key == "config"]
    given = [entry for entry in given if entry.key != "config"]
    if files and files[-1]:
        given = from_file(str(files[-1])) + given
    return frozenset(_address(cls, entry, "")[0] for entry in with_strategy(given))


def peek(overrides: Iterable[str] | Mapping[str, object], *keys: str) -> str:
    """Return the value that arguments, a mapping or the config file give a setting, before its task is known.

    Args:
        overrides: as for `resolve`.
        keys: the setting's name, and other names of it.

    Returns:
        The value as unchecked text; empty if there is none.

    Raises:
        UsageError: an argument is not of the form `key=value`, or the file cannot be read.
    """
    given = from_mapping(overrides) if isinstance(overrides, Mapping) else from_arguments(overrides)
    files = [plain(entry.value) for entry in given if entry.key == "config"]
    if files and files[-1]:
        given = from_file(str(files[-1])) + given
    return raw_value(given, *keys)


def override(settings: SettingsType, changes: Iterable[str] | Mapping[str, object], *, task: str) -> SettingsType:
    """Return a copy of a settings object with some values changed.

    Args:
        settings: an instance of a settings dataclass.
        changes: `key=value` arguments, or a mapping; `preset` and `config` are not allowed here.
        task: the task's name, for messages.

    Raises:
        UsageError: an unknown name or a value of the wrong type.
    """
    given = from_mapping(changes) if isinstance(changes, Mapping) else from_arguments(changes)
    for entry in given:
        if entry.key in ("preset", "config"):
            raise UsageError(f"{entry.key}= is only for a new run; give the settings to change one by one")
    before = from_mapping(dataclasses.asdict(settings))  # type: ignore[call-overload]
    return build(type(settings), before + with_strategy(_own_limits(given), typed=True), f" of task {task}")


def from_yaml(cls: type[SettingsType], text: str, where: str) -> SettingsType:
    """Read a settings object that `to_yaml` wrote.

    Args:
        cls: the settings dataclass.
        text: the YAML document; settings that it lacks keep their defaults.
        where: the name of the file, for messages.

    Raises:
        UsageError: not YAML, an unknown name or a value of the wrong type; the message names the line.
    """
    return build(cls, from_text(text, where), "")


def _own_limits(layer: list[Override]) -> list[Override]:
    """Clear the limits of lower layers if this layer sets its own limit.

    `train.steps=5000` means 5,000 steps, even if the task's own limit is fewer epochs.
    """
    said = {entry.key for entry in layer} & LIMITS
    return [Override(key, 0, "") for key in sorted(LIMITS - said)] + layer if said else layer


def build(cls: type[SettingsType], given: Iterable[Override], owner: str) -> SettingsType:
    """Apply given values, in order, to the defaults of a settings dataclass.

    Args:
        cls: the settings dataclass.
        given: the values; a later one wins.
        owner: added to "unknown setting 'x'", such as " of task charlm".

    Raises:
        UsageError: an unknown name or a value of the wrong type.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    config = OmegaConf.structured(cls)
    for entry in given:
        name, setting = _address(cls, entry, owner)
        try:
            OmegaConf.update(config, name, _typed(setting, entry.value))
            value = OmegaConf.select(config, name)
        except (OmegaConfBaseException, ValueError, TypeError) as error:
            raise UsageError(_wrong(name, setting, entry)) from error
        if not _allowed(setting, value):
            raise UsageError(_wrong(name, setting, entry))
    try:
        return OmegaConf.to_object(config)  # type: ignore[return-value]
    except ZooError:
        raise
    except ValueError as error:  # the task's own check, in __post_init__
        raise UsageError(str(error)) from error


def find_setting(cls: type, key: str) -> tuple[str, Declared]:
    """Find the setting that a key names, expanding the shorthand of parts.

    Args:
        cls: the task's settings dataclass.
        key: dotted.

    Returns:
        Its full dotted name and its declaration.

    Raises:
        UsageError: there is none.
    """
    return _address(cls, Override(key, "", ""), "")


def _address(cls: type, entry: Override, owner: str) -> tuple[str, Declared]:
    """Find the setting that a key names, expanding the shorthand of parts.

    Returns:
        Its full dotted name and its declaration.
    """
    here: Any = cls
    steps = entry.key.split(".")
    for index, step in enumerate(steps):
        known = declared(here)
        if step not in known:
            hint = _nearest(cls, entry.key, ".".join(steps[:index]))
            raise UsageError(f"{_place(entry)}unknown setting {quoted(entry.key)}{owner}{hint}")
        found = known[step]
        if not found.is_part:
            if index + 1 < len(steps):
                raise UsageError(f"{_place(entry)}unknown setting {quoted(entry.key)}{owner}: {step} is a single value")
            return entry.key, found
        here = found.type
    short = [inner for inner in declared(here).values() if inner.field.metadata.get("shorthand")]
    if short:
        return f"{entry.key}.{short[0].name}", short[0]
    first = next(iter(declared(here)))
    raise UsageError(f"{_place(entry)}{quoted(entry.key)} is a group of settings{owner}: write {entry.key}.{first}=...")


def _nearest(cls: type, key: str, part: str) -> str:
    """Return a hint for an unknown key: the nearest name in its part or another one, or all names of its part."""
    everything = [name for name, entry in walk(cls) if not entry.is_part]
    word, prefix = key.rpartition(".")[2], f"{part}." if part else ""
    beside = [name.removeprefix(prefix) for name, _ in walk(cls) if name.startswith(prefix)]
    beside = [name for name in beside if "." not in name]
    if part and (near := get_close_matches(word, beside, n=1)):
        return f"; did you mean '{prefix}{near[0]}'?"
    if not part and (near := get_close_matches(key, everything, n=1)):
        return f"; did you mean '{near[0]}'?"
    if near := get_close_matches(word, [name.rpartition(".")[2] for name in everything], n=1):
        return f"; did you mean '{next(name for name in everything if name.rpartition('.')[2] == near[0])}'?"
    return f"; known: {', '.join(prefix + name for name in beside)}"


def _typed(setting: Declared, value: object) -> object:
    """Convert a given value to a form that OmegaConf can convert to the setting's type."""
    if setting.item is not None:
        if isinstance(value, str):
            inside = value[1:-1] if value.startswith("[") and value.endswith("]") else value
            value = [word.strip() for word in inside.split(",") if word.strip()]
        if not isinstance(value, (list, tuple)):
            raise TypeError
        return [_literal(setting.item, plain(item)) for item in value]
    if value is None or isinstance(value, (list, tuple)):
        raise TypeError
    return _literal(setting.type, value)


def _literal(kind: type, value: object) -> object:
    """Keep OmegaConf from reading `${...}` in a text as a reference to another setting."""
    if not isinstance(value, str):
        return value
    if kind is float:
        return re.sub(r"^([-+]?)\.(inf|nan)$", r"\1\2", value, flags=re.IGNORECASE)  # as YAML writes them
    if value == "???":  # OmegaConf's marker of a missing value, which cannot be escaped
        raise ValueError
    return re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", value)


def _allowed(setting: Declared, value: Any) -> bool:
    choices, minimum, maximum = (setting.field.metadata.get(key) for key in ("choices", "minimum", "maximum"))
    for item in value if setting.item is not None else [value]:
        if choices and item not in choices:
            return False
        largest = LARGEST.get(type(item))
        if largest is not None and not abs(item) <= largest:  # also where it is not a number
            return False
        if (minimum is not None and item < minimum) or (maximum is not None and item > maximum):
            return False
    return True


def _wrong(name: str, setting: Declared, entry: Override) -> str:
    value = "nothing" if entry.value == "" else quoted(entry.value)
    hint = ""
    choices = setting.field.metadata.get("choices")
    if choices and isinstance(entry.value, str) and "mean" in did_you_mean(entry.value, choices):
        hint = did_you_mean(entry.value, choices)
    return f"{_place(entry)}{name}: expected {setting.expected(entry.value)}, not {value}{hint}"


def _place(entry: Override) -> str:
    return f"{entry.where}: " if entry.where else ""
