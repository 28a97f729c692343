"""Defaults of translation, chosen by the number of pairs, the length of sentences and how open the vocabularies are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from zoo.settings import by_size

if TYPE_CHECKING:
    from zoo.data import Splits, TextProfile
    from zoo.settings import AdaptiveDefaults


class Size(NamedTuple):
    """Settings for a number of pairs."""

    pieces: int
    units: int  # of the decoder, and the width of the embeddings, which the softmax shares
    dropout: float
    batch: int
    epochs: int


# Pairs at most -> settings.
#
# 29,000 pairs of Multi30k: BLEU 59.6 with this row in 16 epochs, learning rate 1.5e-3 (the card); with the phrasebook's
# defaults 0.0.
# Fewer pairs: small vocabularies, strong dropout and small batches, as Sennrich and Zhang 2019 (arXiv:1905.11901)
# found best for 5,000 to 20,000 pairs. More: the vocabulary and batches of the larger systems in
# benchmarks/results/translation.md; a model that sees every pair less often needs less dropout.
SIZES = (
    (2_000, Size(pieces=1000, units=192, dropout=0.5, batch=16, epochs=50)),
    (12_000, Size(pieces=2000, units=256, dropout=0.5, batch=32, epochs=30)),
    (60_000, Size(pieces=5000, units=512, dropout=0.4, batch=64, epochs=16)),
    (300_000, Size(pieces=8000, units=512, dropout=0.3, batch=80, epochs=10)),
    (math.inf, Size(pieces=16_000, units=512, dropout=0.2, batch=128, epochs=5)),
)
# Minutes at most -> units at most. Multi30k in ten minutes of two cores (AVX-512, other programs beside): validation
# perplexity 4.6 and BLEU 45.0 with 256 units, 5.8 and 39.0 with 512, which got through half as many sentences.
UNITS_IN_MINUTES = ((15, 256), (math.inf, 10_000))
# Units at most -> peak learning rate. Multi30k with 256 units: validation perplexity 17 after 350 steps with 3e-3, and
# 28 with 1.5e-3.
LEARNING_RATES = ((256, 3e-3), (math.inf, 2e-3))
WARMUP = 50
"""Steps. Multi30k: validation perplexity 28 after 350 steps with a warm-up of 50, and 73 with one of 400."""
# Share of the words of one half of 4,000 sentences that the other half does not have. The phrasebook's French has
# 0.9 %, and words reach BLEU 98.9 on it; Multi30k has 6 %, and words left BLEU at 0.0.
CLOSED = 0.015


def adapt(splits: Splits, defaults: AdaptiveDefaults) -> None:
    """Choose settings for pairs of sentences.

    Args:
        splits: of examples with the texts `source` and `target`.
        defaults: where the choices go.
    """
    from zoo.data import profile_texts, sample

    pairs = len(splits.train)
    looked = sample(splits.train)
    sides = [profile_texts((str(example[role]) for example in looked), pairs) for role in ("source", "target")]
    choose, size = defaults.choose, by_size(pairs, SIZES)
    counted = f"{pairs:,} pairs"

    new = max(side.new_words for side in sides)
    words = new <= CLOSED or pairs < 200
    opened = f"{new:.1%} of the words in a new sentence are unknown"
    choose({"text.unit": "word" if words else "piece"}, opened)
    pieces = defaults.settings.text.unit in ("piece", "bpe")
    if pieces:
        choose({"text.vocabulary": vocabulary(size.pieces, sides)}, counted)

    _choose_model(defaults, size, counted)
    # A piece is some two thirds of a word of a small corpus.
    per_word = {"word": 1.0, "piece": 1.6, "bpe": 1.6}.get(defaults.settings.text.unit, 6.0)
    longest = max(side.long for side in sides)
    length = 8 * math.ceil(min(max(per_word * longest * 1.25, 40), 400) / 8)
    choose({"batch.length": length, "search.length": length}, f"99 of 100 sentences have at most {longest} words")

    batch = max(4, min(size.batch, pairs // 20))
    rate = by_size(defaults.settings.model.units, LEARNING_RATES)
    choose({"batch.size": batch, "train.learning_rate": rate}, counted)
    batch = defaults.settings.batch.size
    choose({"train.warmup": WARMUP, "train.label_smoothing": 0.1, "train.average": 0.999}, counted)
    defaults.choose_budget(size.epochs, pairs / batch, len(splits.validation) / batch, counted)


def vocabulary(pieces: int, sides: list[TextProfile]) -> int:
    """Return how many pieces a table asks for, within what the smaller of two texts can give.

    Args:
        pieces: that the table asks for.
        sides: what the text of each language is like.
    """
    fewest = 300 + max(side.characters for side in sides)  # every byte and every character is a piece
    most = 256 + min(side.characters + side.estimated_distinct // 2 for side in sides)
    return max(fewest, min(pieces, most))


def _choose_model(defaults: AdaptiveDefaults, size: Size, counted: str) -> None:
    minutes = defaults.settings.train.minutes
    units = size.units
    if defaults.is_explicit("train.minutes") and minutes:
        units = min(units, by_size(minutes, UNITS_IN_MINUTES))
        counted += f" in {minutes:g} minutes" if units < size.units else ""
    defaults.choose({"model.units": units, "model.dropout": size.dropout}, counted)
    if not defaults.is_explicit("model.tied") or defaults.settings.model.tied:
        defaults.choose({"model.embedding": defaults.settings.model.units}, counted)
    model = defaults.settings.model
    defaults.choose({"model.tied": model.embedding == model.units}, counted)
