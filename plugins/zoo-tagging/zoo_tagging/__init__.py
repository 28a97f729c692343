"""Tagging: a label for every word of a sentence, such as parts of speech or names of people and places."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks():
    """Add the task."""
    from zoo_tagging.task import Tagging

    return {"tagging": Tagging}
