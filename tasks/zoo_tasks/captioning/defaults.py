"""Defaults of captioning, chosen by the number and size of the images, and by their captions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from zoo.settings import by_size

if TYPE_CHECKING:
    from zoo.data import Splits
    from zoo.settings import AdaptiveDefaults


class Size(NamedTuple):
    """Settings for a number of images."""

    filters: list[int]
    units: int
    embedding: int
    dropout: float
    least: int  # times that a word must occur
    batch: int
    epochs: int  # passes over the captions


# Images at most -> settings.
#
# 6,000 photographs (Flickr8k): BLEU-4 13.8 with this row, whose best weights came after some 14 passes; it overfits
# afterwards (the card, preset=flickr8k). Fewer images: a smaller decoder and fewer rare words. 24,000 drawn scenes:
# BLEU-4 74.5 with dropout 0.1, and 60.7 with 0.4, so that more images get less of it.
SIZES = (
    (2_000, Size([16, 32, 64, 128], units=192, embedding=128, dropout=0.5, least=2, batch=32, epochs=16)),
    (12_000, Size([16, 32, 64, 160], units=320, embedding=160, dropout=0.4, least=5, batch=64, epochs=16)),
    (50_000, Size([24, 48, 96, 192], units=384, embedding=192, dropout=0.3, least=5, batch=64, epochs=12)),
    (math.inf, Size([32, 64, 128, 256], units=512, embedding=256, dropout=0.2, least=5, batch=64, epochs=8)),
)
# Pixels, of which the largest is taken that the images have: photographs were measured at 96.
SIDES = (16, 24, 32, 48, 64, 96)
# Words that a mirrored image makes wrong.
SIDE_WORDS = frozenset(
    ("left", "right", "gauche", "droite", "links", "rechts", "izquierda", "derecha", "sinistra", "destra", "esquerda")
)
MENTIONED = 0.02
"""Share of captions with such a word up to which images are mirrored; Flickr8k, measured so, has 0.4 %."""


def adapt(splits: Splits, defaults: AdaptiveDefaults) -> None:
    """Choose settings for images with captions.

    Args:
        splits: of examples with an image as `source` and a caption as `target`.
        defaults: where the choices go.
    """
    from zoo.data import profile_texts, sample, shorter_side, words_of

    captions = len(splits.train)
    looked = sample(splits.train)
    # The captions of an image stand together; where there are very many, a sample gives their number.
    images = captions
    if captions <= 200_000:
        images = len({_identity(example["source"]) for example in splits.train})
    choose, size = defaults.choose, by_size(images, SIZES)
    counted = f"{images:,} images with {captions:,} captions"

    if not defaults.settings.model.backbone:
        shorter = shorter_side(example["source"] for example in sample(splits.train, 24))
        if shorter:
            side = max((side for side in SIDES if side <= shorter), default=SIDES[0])
            choose({"picture.height": side, "picture.width": side}, f"images of {side} pixels or more")
            stages = len(size.filters) if side >= 64 else 3 if side >= 32 else 2
            choose({"model.filters": size.filters[:stages]}, f"{counted} at {side} pixels")
    texts = [str(example["target"]) for example in looked]
    aside = sum(not SIDE_WORDS.isdisjoint(words_of(text)) for text in texts) / max(1, len(texts))
    if not defaults.settings.model.frozen:
        views = {"picture.flip": aside <= MENTIONED, "picture.shift": defaults.settings.picture.height // 12}
        choose(views, f"{aside:.1%} of the captions name left or right")

    profile = profile_texts(texts, captions)
    if defaults.settings.text.unit == "word":
        choose({"text.least": size.least if captions >= 2000 else 1}, counted)
    elif defaults.settings.text.unit in ("piece", "bpe"):
        most = 256 + profile.characters + profile.estimated_distinct // 2
        choose({"text.vocabulary": max(300 + profile.characters, min(4000, most))}, counted)
    per_word = {"word": 1.0, "piece": 1.6, "bpe": 1.6}.get(defaults.settings.text.unit, 6.0)
    length = max(16, math.ceil(min(per_word * profile.long * 1.25, 400)))
    choose({"batch.length": length, "search.length": length}, f"99 of 100 captions have at most {profile.long} words")

    choose({"model.units": size.units, "model.embedding": size.embedding, "model.dropout": size.dropout}, counted)
    choose({"batch.size": max(4, min(size.batch, captions // 20)), "train.average": 0.998}, counted)
    choose({"search.beam": 4, "search.length_penalty": 0.8}, "photographs")
    batch = defaults.settings.batch.size
    defaults.choose_budget(size.epochs, captions / batch, len(splits.validation) / batch, counted)


def _identity(source: object) -> str | int:
    return str(source) if isinstance(source, str) or hasattr(source, "__fspath__") else id(source)
