"""SST-2: phrases from film reviews, positive or negative, as in the GLUE benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

_PHRASES = Resource(
    "https://dl.fbaipublicfiles.com/glue/data/SST-2.zip",
    "",
    (Piece("train.tsv", "", "SST-2/train.tsv"), Piece("dev.tsv", "", "SST-2/dev.tsv")),
)
_COLUMNS = {"source": ("sentence",), "target": ("label",)}


def read(settings: DataSettings) -> Splits:
    """Read phrases with the labels `0` (negative) and `1` (positive).

    GLUE does not publish the labels of its test set, so the dev set is for testing.

    Args:
        settings: `validation` is the share of training phrases for validation.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.splitting.splits import Splits
    from zoo.data.tables.open_table import open_table, read_table

    folder = fetch("sst2", "sst2", (_PHRASES,))
    train = read_table(folder / "train.tsv", _COLUMNS, settings.validation, 0, settings.on_error, quotes="none")
    tested = open_table(folder / "dev.tsv", _COLUMNS, settings.on_error, quotes="none")
    return Splits(train.train, train.validation, tested.rows(), (*train.notes, *tested.notes))


RECIPES = (
    Recipe(
        name="sst2",
        topology="many-to-one",
        summary="67,349 phrases from film reviews, labelled 1 (positive) or 0 (negative), from GLUE",
        split="GLUE's training set, with data.validation held out; GLUE's dev set of 872 is for testing",
        licence="not stated",
        citation="R. Socher et al. 2013, https://aclanthology.org/D13-1170; A. Wang et al. 2018, arXiv:1804.07461",
        read=read,
        tested=False,
    ),
)
