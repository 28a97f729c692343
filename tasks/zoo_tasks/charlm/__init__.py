"""Charlm: learn to write more of a text, character by character."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_tasks.charlm.task import CharLM

    return {"charlm": CharLM}
