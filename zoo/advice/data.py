"""Checks data before training: small validation splits, duplicates, swapped columns, cut texts, bad vocabularies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs.label import LabelCodec
from zoo.codecs.piece import PieceCodec
from zoo.codecs.text import TextCodec
from zoo.codecs.word import WordCodec
from zoo.data.profile import sample, words_of

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample
    from zoo.data import Splits
    from zoo.settings import Settings

FEW = 100
"""Validation rows, below which scores are mostly chance: one row in 100 is a point of accuracy."""
COMPARED = 200_000
"""Training rows that are searched for copies."""
LOOKED_AT = 2000
"""Rows that are encoded or counted."""
COPIES, SAME, SWAPPED, CUT, DOMINANT, UNKNOWN = 0.02, 0.05, 0.02, 0.1, 0.95, 0.05
"""Shares of rows, or of words, from which on there is advice."""
LEANING = 0.2
"""Mean log odds of a text's words, from which on it belongs to one side."""
OCCURRENCES = 10
"""Times that a token should occur on average for its weights to be learned."""


def advise_on_data(splits: Splits, codecs: Mapping[str, Codec], settings: Settings) -> list[str]:
    """Look at a bounded sample of examples for what spoils a training.

    Args:
        splits: the examples.
        codecs: fitted, by role.
        settings: of the run.

    Returns:
        One line for each thing to change.
    """
    looked = sample(splits.train, LOOKED_AT)
    found = [
        *_few_to_validate(splits, looked),
        *_copies(splits),
        *_one_class(looked, codecs),
        *_pairs(looked),
        *_cut(looked, codecs, settings),
        *_vocabularies(splits, looked, codecs),
    ]
    return list(found)


def _few_to_validate(splits: Splits, looked: Sequence[RawExample]) -> Iterator[str]:
    rows = len(splits.validation)
    long = any(
        isinstance(value, (list, tuple, np.ndarray)) or hasattr(value, "chunks")
        for example in looked[:1]
        for value in example.values()
    )
    if 0 < rows < FEW and not long:  # a document or a recording has many rows in one
        yield (
            f"only {rows} validation rows choose the best weights, which is mostly chance: "
            "hold out more (data.validation=0.2), or collect more data"
        )


def _copies(splits: Splits) -> Iterator[str]:
    keys = {key for example in islice(iter(splits.train), COMPARED) if (key := _key(example)) is not None}
    for name, examples in (("validation", splits.validation), ("test", splits.test)):
        rows = [key for example in sample(examples, LOOKED_AT) if (key := _key(example)) is not None]
        share = sum(key in keys for key in rows) / len(rows) if rows else 0.0
        if share >= COPIES:
            yield (
                f"{share:.0%} of the {name} rows are training rows, too, so that scores flatter: "
                "remove the duplicates from your files"
            )


def _key(example: RawExample) -> Hashable | None:
    values = [example.get(role) for role in ("source", "target")]
    return tuple(values) if all(isinstance(value, (str, int)) for value in values) else None


def _one_class(looked: Sequence[RawExample], codecs: Mapping[str, Codec]) -> Iterator[str]:
    if not isinstance(codecs.get("target"), LabelCodec):
        return
    counts: Counter[str] = Counter()
    for example in looked:
        target = example["target"]
        counts.update(map(str, [target] if isinstance(target, (str, int)) else target))
    if not counts:
        return
    label, most = counts.most_common(1)[0]
    share = most / counts.total()
    if share >= DOMINANT and len(codecs["target"].decode(np.arange(codecs["target"].size))) > 1:
        yield (
            f"{share:.0%} of the labels are '{label}', so that a model which always says so looks good: "
            "remove rows of that class, or judge by macro F1 in zoo evaluate"
        )


def _pairs(looked: Sequence[RawExample]) -> Iterator[str]:
    pairs = [
        (source, target)
        for example in looked
        if isinstance(source := example.get("source"), str) and isinstance(target := example.get("target"), str)
    ]
    if len(pairs) < len(looked) or not pairs:
        return
    same = sum(source.strip() == target.strip() for source, target in pairs) / len(pairs)
    if same >= SAME:
        yield (
            f"in {same:.0%} of the rows source and target are the same text: "
            "check data.source_column and data.target_column, or remove these rows"
        )
    elif (swapped := swapped_share(pairs)) >= SWAPPED:
        yield f"in about {swapped:.0%} of the rows the languages are swapped: exchange the columns of these rows"


def swapped_share(pairs: Sequence[tuple[str, str]]) -> float:
    """Estimate how many pairs have their sides exchanged, by the words that the two sides mostly have.

    Args:
        pairs: source and target texts.

    Returns:
        A share, 0 to 1; 0 where both sides use the same words.
    """
    words = [(words_of(source), words_of(target)) for source, target in pairs]
    sides = [Counter(word for pair in words for word in set(pair[side])) for side in (0, 1)]

    def leaning(text: list[str]) -> float:
        """Positive where a text looks like a source, per word."""
        odds = [np.log((sides[0][word] + 0.5) / (sides[1][word] + 0.5)) for word in text]
        return float(np.mean(odds)) if odds else 0.0

    swapped = sum(leaning(source) < -LEANING and leaning(target) > LEANING for source, target in words)
    return swapped / len(words) if words else 0.0


def _cut(looked: Sequence[RawExample], codecs: Mapping[str, Codec], settings: Settings) -> Iterator[str]:
    for role, codec in codecs.items():
        texts = [value for example in looked[:500] if isinstance(value := example.get(role), str)]
        if not isinstance(codec, TextCodec) or not texts:
            continue
        lengths = np.array([len(codec.encode(text)) for text in texts])
        share = float(np.mean(lengths >= settings.batch.length))
        if share >= CUT:
            enough = int(np.quantile(lengths, 0.99)) + 2
            yield (
                f"batch.length={settings.batch.length} cuts {share:.0%} of the {role} texts: "
                f"batch.length={enough} keeps 99 of 100 whole"
            )


def _vocabularies(splits: Splits, looked: Sequence[RawExample], codecs: Mapping[str, Codec]) -> Iterator[str]:
    rows = sample(splits.validation, 500)
    for role, codec in {id(codec): (role, codec) for role, codec in codecs.items()}.values():
        if not isinstance(codec, (WordCodec, PieceCodec)):
            continue
        texts = [value for example in looked if isinstance(value := example.get(role), str)]
        held_out = [value for example in rows if isinstance(value := example.get(role), str)]
        if isinstance(codec, WordCodec) and held_out:
            unknown = sum(len(codec.unknown(text)) for text in held_out)
            share = unknown / max(1, sum(len(codec.encode(text)) for text in held_out))
            if share >= UNKNOWN:
                yield (
                    f"{share:.0%} of the {role} words in validation are not in the vocabulary of {codec.size:,}: "
                    "set text.unit=piece, or a larger text.vocabulary"
                )
        running = sum(len(codec.encode(text)) for text in texts) * len(splits.train) / max(1, len(looked))
        if texts and codec.size > 300 and running < OCCURRENCES * codec.size:
            fewer = max(300, int(running / OCCURRENCES / 100) * 100)
            unit = "text.unit=piece " if isinstance(codec, WordCodec) else ""
            yield (
                f"the vocabulary of {codec.size:,} {role} tokens is large for {running:,.0f} running tokens, "
                f"{running / codec.size:.1f} each: set {unit}text.vocabulary={fewer}"
            )
