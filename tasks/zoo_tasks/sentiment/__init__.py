"""Sentiment: it reads a text and says what its author thinks."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.sentiment.task import Sentiment

    return {"sentiment": Sentiment}
