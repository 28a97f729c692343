"""Frames: label every frame of a sequence."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_tasks.frames.task import Frames

    return {"frames": Frames}
