"""The pages of the site, in order."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CARDS = ("captioning", "sentiment", "translation", "frames", "charlm")
"""The built-in tasks, in the order of the topologies."""


class Page(NamedTuple):
    """A page of the site that is a file in the repository."""

    file: Path  # below the repository's root
    name: str  # on the site, without an ending


class Chapter(NamedTuple):
    """Pages under one heading of the table of contents."""

    heading: str
    pages: list[Page]


START = Page(Path("docs/index.md"), "index")
PROMISES = Page(Path("docs/api.md"), "promises")  # the folder `api` is the reference's


def chapters(root: Path = ROOT) -> list[Chapter]:
    """Give the pages of the site, except the first one and the Python reference.

    Args:
        root: the repository.
    """
    cards = [(Path("tasks/zoo_tasks", task, "README.md"), f"tasks/{task}") for task in CARDS]
    plugins = [(path.relative_to(root), f"plugins/{path.parent.name}") for path in root.glob("plugins/*/README.md")]
    tables = [(path.relative_to(root), f"measured/{path.stem}") for path in root.glob("benchmarks/results/*.md")]
    return [
        Chapter("Learn", _documents("tutorial", "topologies")),
        # Sphinx has a page `search` of its own.
        Chapter(
            "Use",
            [
                *_documents("data"),
                Page(Path("docs/search.md"), "searching"),
                *_documents("transfer", "tuning", "runs", "report", "export", "serving", "devices", "faults"),
            ],
        ),
        Chapter("Tasks", [Page(*card) for card in cards if (root / card[0]).exists()]),
        Chapter("Extend", [*_documents("plugins"), PROMISES, *(Page(*plugin) for plugin in sorted(plugins))]),
        Chapter("Develop", [*_documents("architecture"), Page(Path("CONTRIBUTING.md"), "contributing")]),
        Chapter("Look up", _documents("settings", "commands")),
        Chapter("Measured", [*(Page(*found) for found in sorted(tables)), Page(Path("CHANGELOG.md"), "changes")]),
    ]


def _documents(*names: str) -> list[Page]:
    return [Page(Path("docs", f"{name}.md"), name) for name in names]
