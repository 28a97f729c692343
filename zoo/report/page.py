"""The page: sections, styles and scripts in one HTML file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from markupsafe import Markup

from zoo.report.rendering import asset, render
from zoo.report.section import Section

STYLES = ("vendor/uPlot.min.css", "report.css")
SCRIPTS = ("vendor/uPlot.iife.min.js", "theme.js", "curves.js", "neurons.js", "report.js")


def make_page(title: str, sections: Sequence[Section], subtitle: str = "", compact: bool = False) -> str:
    """Make the page.

    Args:
        title: of the page.
        sections: in order.
        subtitle: a line below the title.
        compact: leave out the page's head and contents, as in a notebook.

    Returns:
        HTML. Its policy forbids the network and every script but the report's own, which it knows by their checksums.
    """
    scripts = [asset(name) for name in SCRIPTS]
    return str(
        render(
            "page.html",
            title=title,
            subtitle=subtitle,
            sections=sections,
            compact=compact,
            styles=[asset(name) for name in STYLES],
            scripts=scripts,
            hashes=Markup(" ".join(f"'sha256-{_checksum(script)}'" for script in scripts)),
        )
    )


def _checksum(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
