"""The documents of the repository, and the pieces of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("tasks/zoo_tasks/*/README.md"),
        *ROOT.glob("plugins/*/README.md"),
        *ROOT.glob("zoo/templates/plugin/README.md"),
    ]
)
FENCE = re.compile(r"(?:^<!-- (?P<mark>.*?) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A piece of code between fences."""

    document: Path
    line: int
    language: str
    code: str
    mark: str  # of the comment above it: `sample: FILE` for a slice of a file
    heading: str  # that it stands under

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """All pieces of code in these languages."""
    return [block for document in DOCUMENTS for block in _blocks(document) if block.language in languages]


def _blocks(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        before = text[: found.start("code")]
        headings = re.findall(r"^#+ (.*)$", FENCE.sub("", before), re.MULTILINE)
        heading = headings[-1] if headings else ""
        yield Block(document, before.count("\n") + 1, found["language"], found["code"], found["mark"] or "", heading)


def prose(document: Path) -> str:
    """A document without its pieces of code."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))
