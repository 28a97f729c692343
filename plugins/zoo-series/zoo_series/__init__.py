"""Series: recordings of numbers over time, to a label, to a number, or to a forecast of the next steps."""

from __future__ import annotations

import zoo


@zoo.hookimpl
def zoo_tasks():
    """Add the task."""
    from zoo_series.task import Series

    return {"series": Series}
