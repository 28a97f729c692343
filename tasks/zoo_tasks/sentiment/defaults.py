"""Defaults of sentiment, chosen by the number of texts, their length and the share of new words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from zoo.settings import by_size

if TYPE_CHECKING:
    from zoo.data import Splits
    from zoo.settings import AdaptiveDefaults


class Size(NamedTuple):
    """Settings for a number of texts."""

    dropout: float
    word_dropout: float
    batch: int
    learning_rate: float
    epochs: int


# Texts at most -> settings.
#
# 10,000 sentences (rotten-tomatoes): 77.4 % in ten folds with this row in 8 epochs (the card), which is preset=small;
# 6,920 sentences of SST with the defaults for the generated reviews: 77.3 %, where a CNN has 82.7 %. The other rows
# keep the number of steps within a factor of three of it.
SIZES = (
    (3_000, Size(dropout=0.5, word_dropout=0.3, batch=32, learning_rate=1e-3, epochs=20)),
    (30_000, Size(dropout=0.5, word_dropout=0.3, batch=64, learning_rate=1e-3, epochs=8)),
    (150_000, Size(dropout=0.4, word_dropout=0.2, batch=64, learning_rate=1e-3, epochs=4)),
    (math.inf, Size(dropout=0.3, word_dropout=0.1, batch=128, learning_rate=1e-3, epochs=2)),
)
# New words, from which on a text is cut into pieces: languages without spaces between words, or codes.
OPEN = 0.4


def adapt(splits: Splits, defaults: AdaptiveDefaults) -> None:
    """Choose settings for texts with labels.

    Args:
        splits: of examples with a text as `source`.
        defaults: where the choices go.
    """
    from zoo.data import profile_texts, sample

    texts = len(splits.train)
    profile = profile_texts((str(example["source"]) for example in sample(splits.train)), texts)
    choose, size = defaults.choose, by_size(texts, SIZES)
    counted = f"{texts:,} texts"

    opened = f"{profile.new_words:.0%} of the words in a new text are unknown"
    if profile.new_words > OPEN and texts >= 200:
        choose({"text.unit": "piece"}, opened)
    unit = defaults.settings.text.unit
    if unit in ("piece", "bpe"):
        most = max(300 + profile.characters, 256 + profile.characters + profile.estimated_distinct // 2)
        choose({"text.vocabulary": min(8000, most)}, opened)
    elif unit == "word" and texts >= 1000:
        # A word that occurs once teaches nothing but its own text's label.
        choose({"text.least": 2}, counted)
    choose(
        {
            "model.embedding": 100,
            "model.pooling": "max",
            "model.dropout": size.dropout,
            "model.word_dropout": size.word_dropout,
        },
        counted,
    )
    per_word = {"word": 1.0, "piece": 1.6, "bpe": 1.6}.get(unit, 6.0)
    length = 8 * math.ceil(min(max(per_word * profile.long, 64), 1000) / 8)
    choose({"batch.length": length}, f"99 of 100 texts have at most {profile.long} words")

    choose({"batch.size": max(4, min(size.batch, texts // 20)), "train.learning_rate": size.learning_rate}, counted)
    batch = defaults.settings.batch.size
    defaults.choose_budget(size.epochs, texts / batch, len(splits.validation) / batch, counted)
