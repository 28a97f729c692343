"""Images of where it looked."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import zoo

COLUMNS = 8
_INCHES = 1.4  # side of a panel


def draw_glimpses(
    images: np.ndarray, places: npt.ArrayLike, path: str | Path, size: int, titles: Sequence[str] = ()
) -> None:
    """Draw images with the smallest window of every glimpse, from the first (dark) to the last (bright).

    Args:
        images: uint8 [N, height, width, 1 or 3].
        places: (down, right) of every glimpse [N, T, 2]; -1 and 1 are the borders of an image.
        path: of the PNG file to write; folders are made.
        size: of the window, in pixels.
        titles: of each image.

    Raises:
        UsageError: matplotlib is not installed.
        ZooError: the file cannot be written.
    """
    try:
        from matplotlib import colormaps
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
    except ImportError as error:
        raise zoo.UsageError("drawing needs matplotlib: pip install 'zoo-glimpse[pictures]'") from error
    images, places = np.asarray(images), np.asarray(places, np.float64)
    height, width = images.shape[1:3]
    columns = min(COLUMNS, len(images))
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(columns * _INCHES, rows * (_INCHES + 0.25 * bool(titles))), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False)
    colours = colormaps["plasma"](np.linspace(0.15, 0.95, places.shape[1]))
    for panel in panels.flat:
        panel.set_axis_off()
    for number, (panel, image, looked) in enumerate(zip(panels.flat, images, places, strict=False)):
        shown = image if image.shape[-1] == 3 else image[..., 0]
        panel.imshow(shown, cmap="gray_r", extent=(0, width, height, 0), vmin=0, vmax=255)
        down, right = ((looked + 1) * (height / 2, width / 2)).T  # [T], in pixels from the border
        panel.plot(right, down, color="tab:blue", linewidth=0.8)
        for x, y, colour in zip(right, down, colours, strict=True):
            corner = (x - size / 2, y - size / 2)
            panel.add_patch(Rectangle(corner, size, size, fill=False, edgecolor=colour, linewidth=1.1))
            panel.plot(x, y, marker=".", markersize=3, color=colour)
        panel.set_xlim(0, width)
        panel.set_ylim(height, 0)
        if titles:
            panel.set_title(titles[number], fontsize=7)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=150)
    _write(Path(path), image.getvalue())


def title(truth: str, answer: str) -> str:
    """The label, and the answer where that is another."""
    return truth if truth == answer else f"{truth}, took it for {answer}"


def check_reader(reader: str) -> None:
    """Refuse to draw for a model that does not choose where to look."""
    if reader != "glimpses":
        raise zoo.UsageError(f"only model.reader=glimpses chooses where to look; this run has model.reader={reader}")


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise zoo.ZooError(f"cannot write {path}: {error.strerror}") from error
