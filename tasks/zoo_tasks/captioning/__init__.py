"""Captioning: describe an image in a sentence."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.captioning.task import Captioning

    return {"captioning": Captioning}
