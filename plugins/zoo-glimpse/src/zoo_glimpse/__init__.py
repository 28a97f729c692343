"""Glimpse: classify an image, read as a whole, by rows, by pixels or in glimpses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import zoo

if TYPE_CHECKING:
    import keras

    from zoo.report import Section

ZOO_API = 1


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_glimpse.task import Glimpse

    return {"glimpse": Glimpse}


@zoo.hookimpl
def zoo_callbacks() -> dict[str, Callable[[Path], keras.callbacks.Callback]]:
    """Register `train.callbacks=glimpses`, which draws where the model looked after each evaluation."""

    def glimpses(folder: Path) -> keras.callbacks.Callback:
        from zoo_glimpse.callback import DrawGlimpses

        return DrawGlimpses(folder)

    return {"glimpses": glimpses}


@zoo.hookimpl
def zoo_report() -> dict[str, Callable[[zoo.Run], list[Section]]]:
    """Register the section of reports that shows where the model looked."""

    def glimpses(run: zoo.Run) -> list[Section]:
        from zoo_glimpse.report_section import glimpses_section

        return glimpses_section(run)

    return {"glimpses": glimpses}
