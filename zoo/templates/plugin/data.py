"""Mytask: sums of two numbers, as text."""

from __future__ import annotations

import random
from collections.abc import Callable

import zoo
from zoo.data import Document, Splits
from zoo.settings import DataSettings

ZOO_API = 1
LINES = 5000


def sums(settings: DataSettings) -> Splits:
    """Sums of two numbers, one a line, for language models.

    Args:
        settings: of the data, such as `settings.validation`, the fraction to hold out.

    Returns:
        Examples of each split. A language model reads documents in the role `target`; other topologies read a
        `source` and a `target`. Use `zoo.data.read_pairs` and its like for files, and `zoo.data.fetch` for downloads.
    """
    draw = random.Random(0)
    pairs = [(draw.randrange(100), draw.randrange(100)) for _ in range(LINES)]
    lines = [f"{first}+{second}={first + second}\n" for first, second in pairs]
    held, tested = int(LINES * settings.validation), int(LINES * settings.test)
    parts = lines[held + tested :], lines[:held], lines[held : held + tested]
    train, validation, test = ([{"target": Document.of_text("".join(part))}] if part else [] for part in parts)
    return Splits(train, validation, test)


@zoo.hookimpl
def zoo_data() -> dict[str, Callable[..., Splits]]:
    """Register the data: `data=mytask`."""
    return {"mytask": sums}
