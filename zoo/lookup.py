"""Looks up components by name: cells, attention mechanisms, search strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from zoo.errors import UsageError, did_you_mean

Entry = TypeVar("Entry")


def by_name(kind: str, name: str, built_in: Mapping[str, Entry], extra: Mapping[str, Entry] | None = None) -> Entry:
    """Find an entry.

    Args:
        kind: of the entries, for the message: `cell`, `attention`, `strategy`.
        name: of a built-in entry or one of `extra`.
        built_in: the entries of the zoo, which take precedence.
        extra: the entries that plugins add.

    Returns:
        The entry.

    Raises:
        UsageError: the name is unknown; the message suggests the nearest name and lists all.
    """
    known = {**(extra or {}), **built_in}
    if name in known:
        return known[name]
    raise UsageError(unknown_name(kind, name, known))


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the message for an unknown name: suggest the nearest, and list all."""
    hint = did_you_mean(name, known)
    names = "" if hint.startswith("; known") else f" (known: {', '.join(sorted(known))})"
    return f"unknown {kind} '{name}'{hint}{names}"
