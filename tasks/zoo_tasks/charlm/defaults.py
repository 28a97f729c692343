"""Defaults of the language model, chosen by the size of the text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from zoo.settings import by_size

if TYPE_CHECKING:
    from zoo.data import Splits
    from zoo.settings import AdaptiveDefaults


class Size(NamedTuple):
    """Settings for a size of text."""

    layers: int
    units: int
    dropout: float
    batch: int
    learning_rate: float
    clip: float
    epochs: int


# Bytes at most -> settings.
#
# 1.1 MB (Tiny Shakespeare): 1.457 nats with this row in 10.4 epochs (the card, preset=quarter-hour); it overfits
# afterwards. 4.7 MB (Python's library): one layer of 256 with dropout 0.1 reached 1.265 in 5.8 epochs and was still
# learning, so that larger texts get more units, less dropout and fewer epochs.
SIZES = (
    (300_000, Size(layers=1, units=192, dropout=0.5, batch=32, learning_rate=7e-3, clip=1.0, epochs=20)),
    (2_500_000, Size(layers=2, units=320, dropout=0.35, batch=64, learning_rate=7e-3, clip=1.0, epochs=10)),
    (10_000_000, Size(layers=2, units=384, dropout=0.2, batch=64, learning_rate=5e-3, clip=1.0, epochs=6)),
    (math.inf, Size(layers=2, units=512, dropout=0.1, batch=100, learning_rate=4e-3, clip=1.0, epochs=2)),
)
# Minutes at most -> one layer of 256 in place of the table's model. Tiny Shakespeare in 3 minutes: 1.50 to 1.51
# nats (the card, preset=small), where two layers of 320 have 1.58 after 3.7 minutes.
SHORT = 5
SMALL = Size(layers=1, units=256, dropout=0.4, batch=100, learning_rate=1.6e-2, clip=5.0, epochs=12)


def adapt(splits: Splits, defaults: AdaptiveDefaults) -> None:
    """Choose settings for a text.

    Args:
        splits: of examples with a `zoo.data.Document` as `target`.
        defaults: where the choices go.
    """
    size, held_out = (sum(example["target"].size for example in part) for part in (splits.train, splits.validation))
    choose, row = defaults.choose, by_size(size, SIZES)
    counted = f"{_in_words(size)} of text"
    minutes = defaults.settings.train.minutes
    if defaults.is_explicit("train.minutes") and 0 < minutes <= SHORT and row.layers > 1:
        row, counted = SMALL._replace(dropout=min(SMALL.dropout, row.dropout)), f"{counted} in {minutes:g} minutes"
    choose({"model.layers": row.layers, "model.units": row.units, "model.dropout": row.dropout}, counted)
    if defaults.settings.text.unit == "word":
        units = defaults.settings.model.units
        choose({"model.embedding": units, "model.tied": defaults.settings.model.embedding in (0, units)}, "words")
        size, held_out = size // 5, held_out // 5
    if defaults.settings.text.unit in ("piece", "bpe"):
        choose({"model.embedding": 128}, "the text is cut into pieces")
        size, held_out = size // 3, held_out // 3
    choose({"train.learning_rate": row.learning_rate, "train.clip": row.clip}, counted)
    # At least 20 batches of windows, however short the text.
    window = defaults.settings.batch.length
    choose({"batch.size": max(1, min(row.batch, size // (20 * window)))}, counted)
    batch = defaults.settings.batch.size * window
    defaults.choose_budget(row.epochs, size / batch, held_out / batch, counted)


def _in_words(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
