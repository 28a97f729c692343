"""Timelines in text: a letter for every label, a column for every frame or for several frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import groupby
from string import ascii_letters, digits


def timelines(rows: Sequence[Sequence[Hashable]], width: int = 72) -> tuple[list[str], str]:
    """Draw labels of the same frames under each other.

    Args:
        rows: labels `[T]`, each row of the same T.
        width: maximum number of columns; with more frames, a column shows the most frequent label of several.

    Returns:
        A line a row, and what its letters and columns stand for.
    """
    frames = len(rows[0])
    together = max(1, -(-frames // width))
    names = list(dict.fromkeys(str(label) for row in rows for label in row))
    letter = _letters(sorted(names))
    lines = [
        "".join(
            letter[str(Counter(row[start : start + together]).most_common(1)[0][0])]
            for start in range(0, frames, together)
        )
        for row in rows
    ]
    legend = ", ".join(f"{letter[name]} {name}" for name in names)
    return lines, legend + (f"; a column for {together} frames" if together > 1 else "")


def runs(labels: Sequence[Hashable]) -> str:
    """Labels as runs of equal ones: `rest x60, step x40`."""
    return ", ".join(f"{label} x{sum(1 for _ in run)}" for label, run in groupby(labels))


def _letters(names: Sequence[str]) -> dict[str, str]:
    """A letter for each name, one of its own where one is left."""
    found: dict[str, str] = {}
    for name in names:
        # The first letters of a name's words first: `up-left` is better told from `up` by L than by p.
        words = "".join(character if character.isalnum() else " " for character in name).split()
        initials = "".join(word[0] for word in words)
        wanted = initials + initials.swapcase() + name + ascii_letters + digits + "".join(map(chr, range(0x3B1, 0x450)))
        left = (one for one in wanted if one.isalnum() and one not in found.values())
        found[name] = next(left, "?")
    return found
