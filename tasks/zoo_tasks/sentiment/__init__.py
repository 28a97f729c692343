"""Sentiment: classify a text, such as a review as good or bad."""

from __future__ import annotations

from typing import Any

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, Any]:
    """Register the task."""
    from zoo_tasks.sentiment.task import Sentiment

    return {"sentiment": Sentiment}
