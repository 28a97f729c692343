"""Multi30k: image captions in four languages, one sentence per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource, option
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

LANGUAGES = ("en", "de", "fr", "cs")
_ADDRESS = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw"
_SPLITS = ("train", "val", "test_2016_flickr")
# Compressed and decompressed; the checksums of other languages are unknown.
_SHA256 = {
    "train.en": (
        "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
        "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
    ),
    "train.fr": (
        "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
        "5925a3c18f1587b6b54b87743106e6e8ab93618edb6f65d19eac0621f853a10d",
    ),
    "val.en": (
        "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
        "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
    ),
    "val.fr": (
        "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
        "5304e444d842e962b2dda4d816b70b22a1765b15401642b7ca37a67477e708dc",
    ),
    "test_2016_flickr.en": (
        "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
        "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
    ),
    "test_2016_flickr.fr": (
        "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
        "cb3160d69b002bb638e66cc7612fcd56cb0af82eadc9c142dedc438afb885ef6",
    ),
}


def read(settings: DataSettings) -> Splits:
    """Read the pairs of two languages, in the official split.

    Args:
        settings: `pair` names source and target language, such as `en-fr`, the default.

    Raises:
        UsageError: unknown language.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.readers.aligned_files import AlignedFiles
    from zoo.data.splitting.splits import Splits

    pair = option(settings, "pair", "en-fr")
    source, _, target = pair.partition("-")
    if source == target or source not in LANGUAGES or target not in LANGUAGES:
        raise UsageError(f"data.pair={pair}: multi30k has {', '.join(LANGUAGES)}; write for example en-fr")
    names = [f"{word}.{language}" for word in _SPLITS for language in (source, target)]
    # English first, otherwise alphabetical, so that both directions share a folder.
    ordered = "_".join(sorted((source, target), key=lambda language: (language != "en", language)))
    folder = fetch("multi30k", f"multi30k_{ordered}", tuple(_resource(name) for name in names))
    train, held_out, tested = (
        AlignedFiles(folder / f"{word}.{source}", folder / f"{word}.{target}").rows() for word in _SPLITS
    )
    return Splits(train, held_out, tested)


def _resource(name: str) -> Resource:
    packed, unpacked = _SHA256.get(name, ("", ""))
    return Resource(f"{_ADDRESS}/{name}.gz", packed, (Piece(name, unpacked),))


RECIPES = (
    Recipe(
        name="multi30k",
        topology="many-to-many",
        summary="29,000 image captions with translations; data.pair=en-fr or any other pair of en, de, fr, cs",
        split="the shared task of 2016: train 29,000, val 1,014, test_2016_flickr 1,000",
        licence="not stated; the captions are from Flickr30k, for non-commercial research",
        citation="D. Elliott et al. 2016, Multi30K: Multilingual English-German Image Descriptions, arXiv:1605.00459",
        read=read,
    ),
)
