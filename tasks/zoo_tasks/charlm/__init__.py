"""Charlm: learn to write more of a text, character by character."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.charlm.task import CharLM

    return {"charlm": CharLM}
