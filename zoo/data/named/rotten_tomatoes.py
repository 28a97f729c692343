"""Rotten Tomatoes: sentences from film reviews, positive or negative (also known as MR)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource, option
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

FOLDS = 10
_LABELS = {"pos": "positive", "neg": "negative"}
_REVIEWS = Resource(
    "https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz",
    "",
    (
        Piece(
            "rt-polarity.pos",
            "2da124ec187a9d5a29c9f04e91c540e02baed5af8868f550a26bd6fd4dbf8bf0",
            "rt-polaritydata/rt-polarity.pos",
        ),
        Piece(
            "rt-polarity.neg",
            "4ace77d558c3714723843f1d65b60c01e3417b208180f0728808d76ad0eeeaca",
            "rt-polaritydata/rt-polarity.neg",
        ),
    ),
)


def read(settings: DataSettings) -> Splits:
    """Read sentences with the labels `positive` and `negative`; a tenth of them is for testing.

    Args:
        settings: `fold`, 0 to 9, is the tenth for testing (0 by default); `validation` is the share of the rest for
            validation.

    Raises:
        UsageError: unknown fold.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.splitting.splits import Splits

    fold = option(settings, "fold", 0)
    if not 0 <= fold < FOLDS:
        raise UsageError(f"data.fold={fold}: rotten-tomatoes has folds 0 to {FOLDS - 1}")
    folder = fetch("rotten-tomatoes", "rt_polarity", (_REVIEWS,))
    examples = []
    for ending, label in _LABELS.items():
        # The dashes and quotes are in Windows' code page, a superset of the printable part of Latin-1.
        text = (folder / f"rt-polarity.{ending}").read_text(encoding="cp1252")
        examples += [{"source": line.strip(), "target": label} for line in text.split("\n") if line.strip()]
    # Sorting by a hash of the text mixes the classes, and gives the same order everywhere.
    examples.sort(key=lambda example: (_order(example["source"]), example["source"]))
    tested = examples[fold::FOLDS]
    rest = [example for place, example in enumerate(examples) if place % FOLDS != fold]
    held = round(len(rest) * option(settings, "validation", 0.05))
    return Splits(rest[held:], rest[:held], tested)


def _order(text: str) -> bytes:
    """The sort key that decides the folds. Published results depend on them, so it must not change."""
    import hashlib  # `zoo list` imports this module, and does not need it

    return hashlib.blake2b(text.encode(), digest_size=4, person=b"zoo-split").digest()


RECIPES = (
    Recipe(
        name="rotten-tomatoes",
        topology="many-to-one",
        summary="10,662 sentences from film reviews, positive or negative",
        split="ten folds by a hash of the text (random folds in the literature); data.fold=0 to 9 is for testing",
        licence="not stated",
        citation="B. Pang, L. Lee 2005, Seeing Stars, Proceedings of ACL, https://aclanthology.org/P05-1015",
        read=read,
    ),
)
