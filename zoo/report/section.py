"""A section of a report."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Attributes:
        title: the heading.
        body: HTML, such as `heat_map` and `table` return it; a plain text is escaped and becomes a paragraph.
        lead: a sentence below the heading, which says what there is to see.
    """

    title: str
    body: Markup | str
    lead: str = ""
