"""The handwritten digits that scikit-learn brings along, each in one split alone."""

from __future__ import annotations

import numpy as np

from zoo.data import Splits
from zoo_glimpse.canvas import Example

_TENTH = 10  # one digit of so many for validation, and one for test
_BRIGHTEST = 16


def digits() -> Splits:
    """Read the digits: about 1,440 to learn from, 180 to validate on and 180 to test on, all classes in each alike.

    Returns:
        Splits of examples `{"source": uint8 [8, 8], "target": "0" to "9"}`.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.rint(bunch.images * (255 / _BRIGHTEST)).astype(np.uint8)  # [1797, 8, 8]
    parts: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    turns = dict.fromkeys(range(10), 0)
    for image, digit in zip(images, bunch.target.tolist(), strict=True):
        turn = turns[digit] % _TENTH
        turns[digit] += 1
        part = {0: "test", 1: "validation"}.get(turn, "train")
        parts[part].append({"source": image, "target": str(digit)})
    return Splits(parts["train"], parts["validation"], parts["test"])
