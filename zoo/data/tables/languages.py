"""Recognises columns named after languages: `en`, `French`, `sentence_de`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache


def is_language(name: str) -> bool:
    """Whether a column's name is the code or the English name of a language."""
    return name.strip().lower() in _languages()


def language_columns(names: Sequence[str], pair: Sequence[str] = ()) -> dict[str, str]:
    """Find the columns of source and target among columns named after languages.

    Args:
        names: of the columns.
        pair: source and target language, if known.

    Returns:
        `source` and `target` if there are exactly two such columns, or those of the pair; otherwise nothing.
    """
    found = [name for name in names if is_language(name)]
    wanted = [name for code in pair for name in found if name.strip().lower() == code.lower()]
    if len(wanted) == 2:
        found = wanted
    return {"source": found[0], "target": found[1]} if len(found) == 2 else {}


@cache
def _languages() -> frozenset[str]:
    from babel import Locale

    names = Locale("en").languages
    # `id` is Indonesian, but in tables it nearly always means something else.
    return frozenset(str(name).lower() for entry in names.items() for name in entry) - {"id"}
