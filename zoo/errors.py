"""Errors that are for people: one line that says what was wrong, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ZooError(Exception):
    """Something failed that a user can understand and mend; the command exits with 1.

    Args:
        message: one line: what was wrong, where, what would be right; names of files and other people's words in it
            may hold line breaks, which become spaces.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.splitlines()))


class UsageError(ZooError):
    """The command, a setting or an argument was wrong; the command exits with 2."""

    exit_code = 2


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known words.

    Args:
        word: what was typed.
        known: the words that would have been right.

    Returns:
        `"; did you mean 'x'?"`, or `"; known: a, b, c"` when nothing is near, or an empty string when nothing is known.
    """
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known: {', '.join(choices)}" if choices else ""
