"""Sentiment: classify a text, such as a review as good or bad."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task."""
    from zoo_tasks.sentiment.task import Sentiment

    return {"sentiment": Sentiment}
