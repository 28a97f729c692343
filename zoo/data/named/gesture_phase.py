"""Gesture Phase: seven recordings of people telling a story, with a gesture phase for every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.data.named.recipe import Piece, Recipe, Resource, option
from zoo.errors import UsageError

if TYPE_CHECKING:
    from zoo.data.splitting.splits import Splits
    from zoo.settings import DataSettings

RECORDINGS = ("a1", "a2", "a3", "b1", "b3", "c1", "c3")
_SHA256 = {
    "a1": "83012e2caf7d7d31733a3048e2051ea39f88793832d7c126a8e3b9565f4750e1",
    "a2": "bfc8cf68484638088c34fdb6f902daefb3df8eab90a00754b19ad0f90ee61d3a",
    "a3": "7aa269527b1e7a7262e9d8b0e8a8763ca20016792a24920ee10a5a02cde3a2b5",
    "b1": "d57a2a3da1dfc00e0bcb0c6b5bc2b4746a0992e3a3dea0aec4bc370360d17a7a",
    "b3": "9a437133ef5464526f42f5e505897518aa51781d165fe5291ee85389d87b32ff",
    "c1": "ddf0cda9a0f721a1db55ece244f6ee82bfceb53b85dc613563a5fb921ad1bf2d",
    "c3": "ac3eb37659fc91dbead9b11ed18ebb999be4d533ac46e94e39d7b01ace4a1602",
}
_ENGLISH = (("Prepara\u00e7\u00e3o", "Preparation"),)
_FRAMES = Resource(
    "https://archive.ics.uci.edu/ml/machine-learning-databases/00302/gesture_phase_dataset.zip",
    "",
    tuple(Piece(f"raw/{name}_raw.csv", _SHA256[name], f"{name}_raw.csv") for name in RECORDINGS),
)


def read(settings: DataSettings) -> Splits:
    """Read 18 coordinates and a phase per frame; one recording is for testing, the next one for validation.

    One row has its phase in Portuguese; it is translated.

    Args:
        settings: `fold`, 0 to 6, is the test recording (0 by default). With `validation` 0, there is no validation
            recording, and six are for training.

    Raises:
        UsageError: unknown fold.
    """
    from zoo.data.fetching.fetch import fetch
    from zoo.data.readers.feature_file import FeatureFile, read_feature_file
    from zoo.data.splitting.splits import Splits
    from zoo.data.storage.lazy_files import LazyFiles

    fold = option(settings, "fold", 0)
    if not 0 <= fold < len(RECORDINGS):
        raise UsageError(f"data.fold={fold}: gesture-phase has recordings 0 to {len(RECORDINGS) - 1}")
    folder = fetch("gesture-phase", "gesture_phase", (_FRAMES,))
    files = [FeatureFile(folder / f"raw/{name}_raw.csv", ("phase",), ("timestamp",), _ENGLISH) for name in RECORDINGS]
    held = (fold + 1) % len(files) if option(settings, "validation", 0.05) else -1
    train, held_out, tested = (
        LazyFiles([file for place, file in enumerate(files) if fits(place)], read_feature_file)
        for fits in (lambda place: place not in (fold, held), lambda place: place == held, lambda place: place == fold)
    )
    return Splits(train, held_out, tested)


RECIPES = (
    Recipe(
        name="gesture-phase",
        topology="synced",
        summary="9,901 frames from 7 recordings, each with 18 coordinates and one of 5 phases",
        split="by recording: data.fold=0 to 6 is for testing, the next for validation",
        licence="CC BY 4.0",
        citation="R. Madeo, C. Lima, S. Peres 2013, Gesture Unit Segmentation using SVMs, SAC, doi:10.24432/C5Z32C",
        read=read,
    ),
)
