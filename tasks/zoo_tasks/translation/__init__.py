"""Translation: translate sentences from one language into another."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_tasks.translation.task import Translation

    return {"translation": Translation}
