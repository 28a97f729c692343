"""What a character of a text is part of: quotes, brackets, comments, indentation, the ends of words and lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FEATURES = (
    "place in line",
    "inside quotes",
    "inside brackets",
    "bracket depth",
    "inside a comment",
    "indentation depth",
    "in indentation",
    "word end",
    "word beginning",
    "line end",
    "capital letter",
    "digit",
)
WIDE = 80
"""Place in a line from which on all places count as the same."""
_OPEN, _CLOSE = "([{", ")]}"


def text_features(text: str) -> np.ndarray:
    """Describe each character of a text.

    Strings are in double or single quotes, or triple ones as in Python; single quotes between letters are apostrophes.
    A string ends with its line, and one in double quotes, as in prose, with its paragraph. Comments begin with `#` or
    `//` and end with the line, or are in `/* */`. Brackets in strings and comments do not count.

    Args:
        text: of N characters.

    Returns:
        float32 `[N, F]` in the order of `FEATURES`; where a character opens or closes something, it is inside.
    """
    count = len(text)
    found = np.zeros((count, len(FEATURES)), np.float32)  # [N, F]
    column = {name: found[:, place] for place, name in enumerate(FEATURES)}
    quotes, brackets, comments = _nesting(text)
    column["inside quotes"][:] = quotes
    column["inside brackets"][:] = brackets > 0
    column["bracket depth"][:] = np.minimum(brackets, 4) / 4
    column["inside a comment"][:] = comments
    start = 0
    for line in text.splitlines(keepends=True) if count else []:
        end = start + len(line)
        body = line.rstrip("\r\n")
        indent = len(body) - len(body.lstrip(" \t"))
        column["place in line"][start:end] = np.minimum(np.arange(len(line)), WIDE) / WIDE
        column["indentation depth"][start:end] = min(indent, 24) / 24
        column["in indentation"][start : start + indent] = 1
        column["line end"][max(start, start + len(body) - 1) : end] = 1
        start = end
    word = np.array([letter.isalnum() or letter == "_" for letter in text], bool)  # [N]
    column["word end"][:] = word & ~np.append(word[1:], False)
    column["word beginning"][:] = word & ~np.append(False, word[:-1]) if count else False
    column["capital letter"][:] = [letter.isupper() for letter in text]
    column["digit"][:] = [letter.isdigit() for letter in text]
    return found


def token_features(texts: Sequence[str]) -> np.ndarray:
    """Describe each token by its last character; a token without a text of its own is like the one before it.

    Args:
        texts: of the tokens, T of them.

    Returns:
        float32 `[T, F]`.
    """
    found = text_features("".join(texts))
    ends = np.cumsum([len(text) for text in texts]) - 1  # [T]
    if not len(found):
        return np.zeros((len(texts), len(FEATURES)), np.float32)
    return found[np.maximum(ends, 0)]


def _nesting(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say for each character whether it is in a string, in how many brackets, and whether in a comment: each `[N]`."""
    quotes, brackets, comments = (np.zeros(len(text), np.int32) for _ in range(3))
    string, comment, depth, place = "", "", 0, 0
    while place < len(text):
        letter, width = text[place], 1
        if comment:
            comments[place] = 1
            if comment == "\n" and letter == "\n":
                comment = ""
            elif comment == "*/" and text.startswith("*/", place):
                comments[place : place + 2] = 1
                width, comment = 2, ""
        elif string:
            quotes[place] = 1
            if letter == "\\" and len(string) != 3:
                quotes[place : place + 2] = 1
                width = 2
            elif text.startswith(string, place):
                width = len(string)
                quotes[place : place + width] = 1
                string = ""
            elif letter == "\n" and (string == "'" or (string == '"' and text.startswith("\n\n", place))):
                string = ""
        elif letter in "\"'" and not (letter == "'" and place and text[place - 1].isalnum()):
            string = letter * 3 if text.startswith(letter * 3, place) else letter
            width = len(string)
            quotes[place : place + width] = 1
        elif letter == "#" or text.startswith("//", place):
            comment = "\n"
            comments[place] = 1
        elif text.startswith("/*", place):
            comment, width = "*/", 2
            comments[place : place + 2] = 1
        elif letter in _OPEN:
            depth += 1
        closes = not string and not comment and letter in _CLOSE and not quotes[place]
        brackets[place : place + width] = depth
        if closes:
            depth = max(0, depth - 1)
        place += width
    return quotes, brackets, comments
