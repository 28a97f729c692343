"""Where a model attended in an image, as an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.topology.alignment import END_MARK, Alignment

if TYPE_CHECKING:
    from PIL import Image

_DARK = 0.2  # brightness where the weight is 0
_LINE = 16  # pixels below a tile, for its word


def alignment_image(image: np.ndarray, alignment: Alignment, edge: int = 128, columns: int = 6) -> Image.Image:
    """Draw the image once for each word, bright where the model attended while it wrote the word.

    Args:
        image: uint8 `[height, width]` or `[height, width, channels]`, as the codec gives it.
        alignment: over the image's grid, as `Run.align` returns it.
        edge: height of a tile, in pixels.
        columns: tiles beside each other.

    Returns:
        An RGB Pillow image; each tile is brightest where the weight is largest.
    """
    from PIL import Image, ImageDraw

    whole = Image.fromarray(np.squeeze(image)).convert("RGB")
    size = (max(1, round(edge * whole.width / whole.height)), edge)
    light = np.asarray(whole.resize(size), np.float32)  # [edge, width, 3]
    rows = -(-len(alignment.written) // columns)
    width = size[0] * min(columns, len(alignment.written))
    sheet = Image.new("RGB", (width, rows * (edge + _LINE)), "white")
    pen = ImageDraw.Draw(sheet)
    for place, (word, grid) in enumerate(zip(alignment.written, alignment.weights, strict=True)):
        looked = Image.fromarray((grid / max(float(grid.max()), 1e-9) * 255).astype(np.uint8)).resize(size)
        share = np.asarray(looked, np.float32)[..., None] / 255  # [edge, width, 1]
        tile = Image.fromarray((light * (_DARK + (1 - _DARK) * share)).astype(np.uint8))
        left, top = place % columns * size[0], place // columns * (edge + _LINE)
        sheet.paste(tile, (left, top))
        pen.text((left + 3, top + edge + 2), "(end)" if word == END_MARK else word, fill="black")
    return sheet
