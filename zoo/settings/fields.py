"""Declares a settings dataclass: `setting` for a value, `part` for a group of values."""

from __future__ import annotations

import dataclasses
import functools
import os
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

LARGEST = {int: 2**31 - 1, float: 3e38}
"""The default maximum of a setting: the largest 32-bit integer."""

_KINDS = {bool: "yes or no", int: "whole number", float: "number", str: "text"}


def setting(
    default: object,
    help: str,
    choices: tuple[str, ...] | None = None,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    shorthand: bool = False,
    component: str = "",
) -> Any:
    """Declare one setting: a dataclass field with a default and a help line.

    Its annotation is `bool`, `int`, `float`, `str` or a `list` of one of them. No setting is None: an empty text, zero
    or an empty list means "none", so that no value needs quotes.

    Args:
        default: the value if nothing else is given.
        help: one line that describes it, with the unit.
        choices: the allowed values.
        minimum: the least allowed value.
        maximum: the greatest allowed value; whole numbers are always below 2**31, and numbers are finite.
        shorthand: whether `part=value` means this setting; at most one per part.
        component: the kind of component that the value names: `cells`, `attentions`, `strategies`, `callbacks` or
            `devices`; an unknown name is refused before TensorFlow is imported.

    Returns:
        A dataclass field.
    """
    metadata = {
        "help": help,
        "choices": choices,
        "minimum": minimum,
        "maximum": maximum,
        "shorthand": shorthand,
        "component": component,
    }
    if isinstance(default, (list, tuple)):
        items = list(default)
        return dataclasses.field(default_factory=lambda: list(items), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def part(cls: type, **defaults: Any) -> Any:
    """Declare a part: a dataclass of settings inside another one.

    Args:
        cls: the part's dataclass; the first line of its docstring is the part's help.
        **defaults: other defaults for some of its settings.

    Returns:
        A dataclass field.
    """
    return dataclasses.field(default_factory=lambda: cls(**defaults))


class Declared(NamedTuple):
    """The declaration of a setting or part."""

    name: str
    type: Any  # the annotation, with names resolved
    field: dataclasses.Field[object]

    @property
    def is_part(self) -> bool:
        """Whether this is a group of settings."""
        return dataclasses.is_dataclass(self.type)

    @property
    def item(self) -> Any:
        """The type of a list's items; None if this is not a list."""
        return typing.get_args(self.type)[0] if typing.get_origin(self.type) is list else None

    @property
    def kind(self) -> str:
        """The type in words."""
        if self.item is not None:
            return f"list of {_KINDS[self.item]}"
        return _KINDS[self.type]

    @staticmethod
    def _is_below(value: Any, minimum: float) -> bool:
        try:
            return float(value) < minimum
        except (TypeError, ValueError, OverflowError):
            return True

    def expected(self, value: object = None) -> str:
        """Describe the valid values of this setting: the type, and the limits or choices.

        Args:
            value: the given value; if it is too small, the upper limit is omitted.
        """
        choices, minimum, maximum = (self.field.metadata.get(key) for key in ("choices", "minimum", "maximum"))
        if choices:
            return f"one of {', '.join(choices)}"
        words = f"a {self.kind}" if self.kind != "text" else "text"
        if minimum is not None and maximum is not None and maximum >= 1000:
            maximum = None if self._is_below(value, minimum) else maximum
        if minimum is not None and maximum is not None:
            return f"{words} from {minimum} to {maximum}"
        if minimum is not None:
            return f"{words}, at least {minimum}"
        if maximum is not None:
            return f"{words}, at most {maximum}"
        return words


def declared(cls: type) -> Mapping[str, Declared]:
    """Read what a settings dataclass declares.

    Args:
        cls: the dataclass, or an instance of it.

    Returns:
        The declarations by name, in order.

    Raises:
        TypeError: a field's type cannot be written as `key=value` text.
    """
    return _declared(cls if isinstance(cls, type) else type(cls))


@functools.lru_cache(maxsize=256)  # resolving type hints takes most of the time of reading settings
def _declared(cls: type) -> Mapping[str, Declared]:
    hints = typing.get_type_hints(cls)
    found = {}
    for field in dataclasses.fields(cls):
        entry = Declared(field.name, hints[field.name], field)
        if not entry.is_part and (entry.item or entry.type) not in _KINDS:
            raise TypeError(
                f"{field.name} of {cls}: {entry.type} cannot be a setting; use bool, int, float, str or a list of one"
            )
        found[field.name] = entry
    return MappingProxyType(found)


def walk(cls: type, prefix: str = "") -> Iterator[tuple[str, Declared]]:
    """Yield all settings of a dataclass, depth first: (dotted name, declaration), each part before its settings."""
    for name, entry in declared(cls).items():
        yield prefix + name, entry
        if entry.is_part:
            yield from walk(entry.type, f"{prefix}{name}.")


def quoted(value: object) -> str:
    """Quote a given value on one line, for a message."""
    text = str(value)
    text = text if len(text) <= 80 else f"{text[:77]}..."
    return "'" + "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text) + "'"


def plain(value: Any) -> Any:
    """A path as text, a number of NumPy as one of Python; any other value unchanged."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    # A number of NumPy: this module does not import NumPy, which would slow down every command.
    return value.item() if type(value).__module__ == "numpy" and getattr(value, "shape", None) == () else value
