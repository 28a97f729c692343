"""Flickr8k: photographs with five captions each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource, Tree, option

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

_ADDRESS = "https://github.com/jbrownlee/Datasets/releases/download/Flickr8k"
_TEXTS = {
    "Flickr8k.token.txt": "1e1f3a371ba1a1bf742e6930521c037e046b2bf3fcc2390ba8405e0301ed7689",
    "Flickr_8k.trainImages.txt": "e330ddd5156a4c2d2e2b67bc587e70e588f2d132bd8a10dc54dcb71e58115d8e",
    "Flickr_8k.devImages.txt": "18ba829f47f6df1cb830bf7f0506e2ddf333818925299babbd1bbcaf50fdc504",
    "Flickr_8k.testImages.txt": "c0924146c131458ceba45da59670fe9520eadce1e5cafffa16a817672a9b1f17",
}
_CAPTIONS = Resource(
    f"{_ADDRESS}/Flickr8k_text.zip",
    "",
    tuple(Piece(f"Flickr8k_text/{name}", sha256, name) for name, sha256 in _TEXTS.items()),
)
_IMAGES = Resource(f"{_ADDRESS}/Flickr8k_Dataset.zip", "", (), (Tree("images", "Flicker8k_Dataset"),))


def read(settings: DataSettings) -> Splits:
    """Read images and captions in the official split (see `zoo.data.readers.captions.read_captions`).

    Args:
        settings: `on_error` decides about damaged images.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.readers.captions import read_captions

    folder = fetch("flickr8k", "flickr8k", (_CAPTIONS, _IMAGES))
    captions = folder / "Flickr8k_text" / "Flickr8k.token.txt"
    return read_captions(captions, folder / "images", on_error=option(settings, "on_error", "stop"))


RECIPES = (
    Recipe(
        name="flickr8k",
        topology="one-to-many",
        summary="8,000 photographs with five captions each, 1.1 GB",
        split="the authors' lists: 6,000 for training, 1,000 for validation, 1,000 for testing",
        licence="free for non-commercial research and education; the photographs belong to their authors",
        citation="M. Hodosh, P. Young, J. Hockenmaier 2013, Framing Image Description as a Ranking Task, JAIR 47",
        read=read,
    ),
)
