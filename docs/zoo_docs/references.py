"""The generated pages and diagrams that the repository keeps."""

from __future__ import annotations

from pathlib import Path

from zoo_docs.commands_page import commands_page
from zoo_docs.contents import CARDS
from zoo_docs.settings_page import settings_page
from zoo_docs.topology_diagrams import diagrams


def references() -> dict[Path, str]:
    """Write all of them.

    Returns:
        File, below `docs`, -> its content.
    """
    pages = {Path("settings.md"): settings_page(list(CARDS)), Path("commands.md"): commands_page()}
    return pages | {Path("diagrams", name): drawn for name, drawn in diagrams().items()}
