"""The section of a report: where the model looks on test images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

import zoo
from zoo.report import Section, figures, image
from zoo_glimpse.drawing import title

_WINDOW = Markup(
    '<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="none" stroke="hsl({hue} 90% 60%)" '
    'stroke-width="{line}"/>'
)
_PATH = Markup('<polyline points="{points}" fill="none" stroke="#3c9dff" stroke-width="{line}"/>')


def glimpses_section(run: zoo.Run, count: int = 12) -> list[Section]:
    """Show some images with the glimpses that a run takes of them.

    Args:
        run: of any task; only those of this one with `model.reader=glimpses` have the section.
        count: how many images.
    """
    if run.name != "glimpse" or run.settings.model.reader != "glimpses":
        return []
    examples = list(islice(iter(run.splits.test or run.splits.validation), count))
    answers = run.answer([example["source"] for example in examples])
    drawn = []
    for example, answer in zip(examples, answers, strict=True):
        pixels = np.asarray(run.codecs["source"].encode(example["source"]))
        marks = window_marks(answer.details["looked_at"], pixels.shape, run.settings.glimpses.size)
        drawn.append((image(pixels, marks, width=150), title(example["target"], answer.value)))
    lead = "The smallest window of each glimpse, from the first (dark red) to the last (yellow)."
    return [Section("Glimpses", figures(drawn, 160), lead)]


def window_marks(places: npt.ArrayLike, shape: Sequence[int], size: int) -> Markup:
    """Draw the windows of glimpses, and the way between them.

    Args:
        places: (down, right) of every glimpse [T, 2]; -1 and 1 are the borders of the image.
        shape: of the image: height, width, channels.
        size: of a window, in pixels.
    """
    centres = (np.asarray(places, np.float64) + 1) * (np.array(shape[:2]) / 2)  # [T, 2]
    line = round(max(shape[:2]) / 90, 2)
    points = " ".join(f"{right:.1f},{down:.1f}" for down, right in centres)
    marks = _PATH.format(points=points, line=line)
    for number, (down, right) in enumerate(centres):
        hue = round(60 * number / max(1, len(centres) - 1))
        marks += _WINDOW.format(
            x=round(right - size / 2, 1), y=round(down - size / 2, 1), size=size, hue=hue, line=line
        )
    return marks
