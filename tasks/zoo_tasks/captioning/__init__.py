"""Captioning: describe an image in a sentence."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_tasks.captioning.task import Captioning

    return {"captioning": Captioning}
