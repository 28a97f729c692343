"""IMDB: full film reviews, positive or negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Recipe, Resource, Tree

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

_REVIEWS = Resource(
    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    trees=tuple(
        Tree(f"{split}/{label}", f"aclImdb/{split}/{label}") for split in ("train", "test") for label in ("pos", "neg")
    ),
)


def read(settings: DataSettings) -> Splits:
    """Read reviews with the labels `pos` and `neg`, in the official split.

    Args:
        settings: `validation` is the share of training reviews for validation.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.readers.class_folders import read_class_folders

    folder = fetch("imdb", "imdb", (_REVIEWS,))
    return read_class_folders(folder, settings.validation, 0, settings.on_error, classes=("pos", "neg"))


RECIPES = (
    Recipe(
        name="imdb",
        topology="many-to-one",
        summary="50,000 film reviews, labelled pos or neg",
        split="25,000 for training and 25,000 for testing; data.validation is held out of training",
        licence="not stated",
        citation="A. Maas et al. 2011, Learning Word Vectors for Sentiment Analysis, https://aclanthology.org/P11-1015",
        read=read,
        tested=False,
    ),
)
