"""Translation: translate sentences from one language into another."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.translation.task import Translation

    return {"translation": Translation}
