"""Tiny Shakespeare: plays in one text of a megabyte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
_TEXT = Resource(
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    _SHA256,
    (Piece("input.txt", _SHA256),),
)
_CHARACTERS = 1_115_394
_TRAINING = _CHARACTERS * 9 // 10


def read(settings: DataSettings) -> Splits:
    """Read the text: the first 90 % of the characters for training, the rest for validation, no test split.

    Args:
        settings: not used.
    """
    from zoo.codecs.document import Document
    from zoo.data.fetching.fetch import fetch
    from zoo.data.splitting.splits import Splits

    del settings
    path = fetch("tinyshakespeare", "tinyshakespeare", (_TEXT,)) / "input.txt"
    train = Document("tinyshakespeare", path, 0, _TRAINING)
    held_out = Document("tinyshakespeare", path, _TRAINING, _CHARACTERS)
    return Splits([{"target": train}], [{"target": held_out}])


RECIPES = (
    Recipe(
        name="tinyshakespeare",
        topology="language model",
        summary="Shakespeare's plays, 1,115,394 characters (65 distinct)",
        split="the first 90 % for training, the rest for validation, as in the successors of char-rnn; no test split",
        licence="public domain",
        citation="A. Karpathy 2015, The Unreasonable Effectiveness of Recurrent Neural Networks",
        read=read,
    ),
)
