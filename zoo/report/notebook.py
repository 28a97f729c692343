"""Sections for a notebook: the page in a frame, so that neither disturbs the other."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from zoo.report.page import make_page
from zoo.report.section import Section

HEIGHT = 640


class NotebookView:
    """Sections that a notebook shows.

    Args:
        title: of the page.
        sections: to show.
        height: of the frame, in pixels.
    """

    def __init__(self, title: str, sections: Sequence[Section], height: int = HEIGHT) -> None:
        self.title, self.sections, self.height = title, list(sections), height

    def __repr__(self) -> str:
        names = ", ".join(section.title for section in self.sections)
        return f"<{self.title}: {names}; a notebook shows it>"

    def _repr_html_(self) -> str:
        page = make_page(self.title, self.sections, compact=True)
        style = f"width: 100%; height: {self.height}px; border: 0"
        return f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{escape(page)}"></iframe>'
