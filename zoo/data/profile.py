"""Measures data on a bounded sample: sizes, lengths and vocabularies. Rules for defaults use it."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import numpy as np

from zoo.codecs.codec import RawValue
from zoo.data.splitting.splits import Example, Examples
from zoo.errors import ZooError

SAMPLE = 4000
"""Largest number of sampled examples."""
_WORD = re.compile(r"\w+|[^\w\s]")


def sample(examples: Examples, count: int = SAMPLE) -> list[Example]:
    """Sample a split: examples drawn at random, in their order, if it is a sequence; otherwise the first ones.

    Not evenly spaced ones: of rows whose labels take turns, these may all have the same label.

    Args:
        examples: of a split.
        count: maximum number.

    Returns:
        The same examples each time.
    """
    size = len(examples)
    if size <= count or not isinstance(examples, Sequence):
        return list(islice(iter(examples), count))
    return [examples[place] for place in sorted(random.Random(size).sample(range(size), count))]


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words and punctuation."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class TextProfile:
    """Short texts, such as one side of pairs.

    Attributes:
        examples: number of them.
        sampled: number of sampled examples.
        mean: words and punctuation per text.
        long: 99th percentile of the number of words.
        distinct: number of distinct words in the sample.
        characters: number of distinct characters in the sample.
        new_words: share of the words in every second text of the sample that do not occur in the other texts: how open
            the vocabulary is, 0 to 1.
    """

    examples: int
    sampled: int
    mean: float
    long: int
    distinct: int
    characters: int
    new_words: float

    @property
    def estimated_distinct(self) -> int:
        """Estimated number of distinct words in all examples; grows with the square root of the text (Heaps 1978)."""
        return round(self.distinct * (self.examples / max(1, self.sampled)) ** 0.5)


def profile_texts(texts: Iterable[str], examples: int) -> TextProfile:
    """Measure texts.

    Args:
        texts: a sample of them.
        examples: total number.
    """
    words = [words_of(text) for text in texts]
    lengths = np.array([len(one) for one in words] or [0])
    known = Counter(word for one in words[::2] for word in one)
    others = [word for one in words[1::2] for word in one]
    alphabet = {character for one in words for word in one for character in word}
    distinct = len(set(known) | set(others))
    new = sum(word not in known for word in others) / len(others) if others else 0.0
    return TextProfile(
        examples,
        len(words),
        float(lengths.mean()),
        int(np.quantile(lengths, 0.99)),
        distinct,
        len(alphabet),
        float(new),
    )


def shorter_side(images: Iterable[RawValue]) -> int:
    """Return the median of some images' shorter sides in pixels; 0 if none can be opened.

    Args:
        images: as accepted by `zoo.codecs.ImageCodec`.
    """
    from zoo.codecs.image import open_image

    sides = []
    for image in images:
        with suppress(ZooError):  # the run will report it
            sides.append(min(open_image(image).size))
    return int(statistics.median(sides)) if sides else 0
