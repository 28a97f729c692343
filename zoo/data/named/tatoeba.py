"""Tatoeba: short sentences and their translations, as collected for flashcards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource, option
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

_CODES = {
    "cs": "ces",
    "de": "deu",
    "es": "spa",
    "fr": "fra",
    "it": "ita",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ru": "rus",
    "sv": "swe",
    "tr": "tur",
}


def read(settings: DataSettings) -> Splits:
    """Read pairs of English and another language, split by their sources.

    Args:
        settings: `pair` names source and target language, one of them English; `validation` and `test` are shares.

    Raises:
        UsageError: unknown language.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.tables.open_table import read_table

    pair = option(settings, "pair", "en-fr")
    source, _, target = pair.partition("-")
    other = target if source == "en" else source
    if "en" not in (source, target) or other not in _CODES:
        raise UsageError(
            f"data.pair={pair}: tatoeba has English with one of {', '.join(_CODES)}; write for example en-fr"
        )
    code = _CODES[other]
    piece = Piece(f"{code}.txt", "", f"{code}.txt")
    resource = Resource(f"https://www.manythings.org/anki/{code}-eng.zip", "", (piece,))
    path = fetch("tatoeba", f"tatoeba_{code}", (resource,)) / f"{code}.txt"
    english = {True: ("1",), False: ("2",)}
    columns = {"source": english[source == "en"], "target": english[target == "en"]}
    return read_table(path, columns, settings.validation, settings.test, settings.on_error, quotes="none")


RECIPES = (
    Recipe(
        name="tatoeba",
        topology="many-to-many",
        summary="short sentences in English and another language; data.pair=en-fr, en-de, es-en, ...",
        split="data.validation and data.test are held out, with equal sources together",
        licence="CC BY 2.0 FR",
        citation="https://tatoeba.org, as collected on https://www.manythings.org/anki/",
        read=read,
        tested=False,
    ),
)
