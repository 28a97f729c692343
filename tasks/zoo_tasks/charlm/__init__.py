"""A character language model: it reads a text and learns to write more of it."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.charlm.task import CharLM

    return {"charlm": CharLM}
