"""Frames: label every frame of a sequence."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.frames.task import Frames

    return {"frames": Frames}
