"""MNIST: handwritten digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Example, Splits
    from zoo.settings import DataSettings

_ADDRESS = "https://storage.googleapis.com/cvdf-datasets/mnist"
_SHA256 = {
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_HELD_OUT = 5000


def read(settings: DataSettings) -> Splits:
    """Read 60,000 digits for training, the last 5,000 of them for validation, and 10,000 for testing."""
    from zoo.data.splitting.splits import Splits

    del settings
    train = _read("mnist", "train")
    return Splits(train[:-_HELD_OUT], train[-_HELD_OUT:], _read("mnist", "t10k"))


def read_10k(settings: DataSettings) -> Splits:
    """Read only the 10,000 digits of the test set, for quick trials: 8,000, 1,000 and 1,000 in file order."""
    from zoo.data.splitting.splits import Splits

    del settings
    digits = _read("mnist-10k", "t10k")
    return Splits(digits[:8000], digits[8000:9000], digits[9000:])


def _read(name: str, part: str) -> list[Example]:
    """Read examples: `source` uint8 [28, 28], `target` "0" to "9"."""
    from zoo.data.fetching.fetch import fetch
    from zoo.data.readers.idx import read_idx

    names = (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte")
    # The files were compressed more than once over the years, so the content is verified instead.
    resources = tuple(Resource(f"{_ADDRESS}/{file}.gz", "", (Piece(file, _SHA256.get(file, "")),)) for file in names)
    folder = fetch(name, "mnist", resources)
    images, labels = (read_idx(folder / file) for file in names)  # [N, 28, 28], [N]
    return [{"source": image, "target": str(label)} for image, label in zip(images, labels, strict=True)]


_CITATION = "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner 1998, Gradient-Based Learning, doi:10.1109/5.726791"

RECIPES = (
    Recipe(
        name="mnist",
        topology="one-to-one",
        summary="70,000 handwritten digits, 28 by 28 pixels",
        split="60,000, of which the last 5,000 are for validation, and 10,000 for testing",
        licence="CC BY-SA 3.0",
        citation=_CITATION,
        read=read,
        tested=False,
    ),
    Recipe(
        name="mnist-10k",
        topology="one-to-one",
        summary="the 10,000 digits of MNIST's test set, for quick trials",
        split="8,000, 1,000 and 1,000 in the order of the file; results are not comparable with mnist",
        licence="CC BY-SA 3.0",
        citation=_CITATION,
        read=read_10k,
    ),
)
