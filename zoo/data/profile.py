"""What data look like: sizes, lengths and vocabularies, measured on a bounded sample. Rules for defaults read it."""

from __future__ import annotations

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
"""Examples that are looked at."""
_WORD = re.compile(r"\w+|[^\w\s]")


def sample(examples: Examples, count: int = SAMPLE) -> list[Example]:
    """Take examples from all over a split: evenly spaced where they can be asked for by their place, else the first.

    Args:
        examples: of a split.
        count: how many at most.
    """
    size = len(examples)
    if size <= count or not isinstance(examples, Sequence):
        return list(islice(iter(examples), count))
    return [examples[place * size // count] for place in range(count)]


def words_of(text: str) -> list[str]:
    """Cut a text into words and marks, in lower case."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True)
class TextProfile:
    """Short texts, such as one side of pairs.

    Attributes:
        examples: number of them.
        sampled: number of those that were looked at.
        mean: words and marks of a text.
        long: words that 99 % of the texts do not exceed.
        distinct: different words in the sample.
        characters: different characters in the sample.
        new_words: share of the words in every other text of the sample that none of the rest has: how open the
            vocabulary is, 0 to 1.
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
        """Different words in all examples: they grow with the square root of the text (Heaps 1978)."""
        return round(self.distinct * (self.examples / max(1, self.sampled)) ** 0.5)


def profile_texts(texts: Iterable[str], examples: int) -> TextProfile:
    """Measure texts.

    Args:
        texts: a sample of them.
        examples: how many there are in all.
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
    """Return the median of some images' shorter sides in pixels; 0 where none can be opened.

    Args:
        images: as `zoo.codecs.ImageCodec` takes them.
    """
    from zoo.codecs.image import open_image

    sides = []
    for image in images:
        with suppress(ZooError):  # the run will name it
            sides.append(min(open_image(image).size))
    return int(statistics.median(sides)) if sides else 0
