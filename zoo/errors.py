"""Errors for people: one line with what was wrong, where, and what would be right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

BIDIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks that change the direction of a text, and so can disguise it."""
LONGEST_WORD = 400
"""Longest word in a message; a longer one is shortened in the middle."""


def one_line(text: str) -> str:
    """Make any text fit for one line of a terminal.

    Args:
        text: may contain line breaks, control characters and endless words.

    Returns:
        The text with spaces for white space, escapes such as `\\x1b` for what does not print, and long words cut.
    """
    return " ".join(map(_cut, printable(" ".join(text.splitlines()).replace("\t", " ")).split(" ")))


def printable(text: str, keep: str = "") -> str:
    """Escape control characters that a terminal would obey, such as colour codes in an untrusted file.

    Args:
        text: any text.
        keep: unprintable characters to keep, such as line breaks.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in keep else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    # Spaces of other widths and joining marks are harmless, and other scripts need them.
    if unicodedata.category(letter) in ("Zs", "Cf") and letter not in BIDIRECTIONAL:
        return letter
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")


def _cut(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    return f"{word[: LONGEST_WORD // 2]}...{word[-LONGEST_WORD // 4 :]}"


class ZooError(Exception):
    """A failure that a user can understand and fix; the command exits with 1.

    Args:
        message: one line: what was wrong, where, what would be right. File names and foreign texts in it may contain
            anything: line breaks become spaces, control characters are escaped, long words are shortened.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class UsageError(ZooError):
    """The command, a setting or an argument was wrong; the command exits with 2."""

    exit_code = 2


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest known words.

    Args:
        word: the given word.
        known: the valid words.

    Returns:
        `"; did you mean 'x'?"`, or `"; known: a, b, c"` when nothing is near, or an empty text if `known` is empty.
    """
    choices = sorted(known)
    import difflib

    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known: {', '.join(choices)}" if choices else ""
