"""The map of the code shows every folder, and every path on it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.documents import ROOT, prose
from tests.test_architecture import LAYERS

PAGE = ROOT / "docs" / "architecture.md"
ROOTS = ("zoo", "tasks", "plugins", "docs", "benchmarks", "tests")


def tree() -> Iterator[str]:
    """The paths in the tree: two spaces of indentation lead one folder down."""
    (block,) = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    above: list[str] = []
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.split()[0]]
        yield "".join(above)


def folders(folder: Path) -> Iterator[Path]:
    """A folder and all folders in it that hold files of the repository."""
    yield folder
    for entry in sorted(folder.iterdir()):
        made = entry.name.startswith((".", "__")) or entry.name.endswith(".egg-info")
        if entry.is_dir() and not made and any(entry.iterdir()):
            yield from folders(entry)


MAP = list(tree())
NAMED = sorted(set(re.findall(r"`([\w-]+/[\w./-]*)`", prose(PAGE))))
FOLDERS = [f"{path.relative_to(ROOT)}/" for name in ROOTS for path in folders(ROOT / name)]


def test_the_map_is_not_empty() -> None:
    assert len(MAP) > 90 and len(NAMED) > 30 and len(FOLDERS) > 80


def test_every_folder_is_on_the_map() -> None:
    missing = sorted(set(FOLDERS) - set(MAP))
    assert not missing, "add them to the tree in docs/architecture.md, with a few words on what they hold"


def test_every_path_on_the_page_exists() -> None:
    gone = [path for path in [*MAP, *NAMED] if not (ROOT / path).exists()]
    assert not gone, "docs/architecture.md names them, but they do not exist"


def test_the_map_tells_folders_from_files() -> None:
    assert [path for path in MAP if (ROOT / path).is_dir() != path.endswith("/")] == []
    assert len(MAP) == len(set(MAP))


def test_the_page_lists_the_parts_in_the_order_that_imports_keep() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Which way imports point\n")[1].split("\n## ")[0]
    lines = [re.findall(r"`(\w+)`", line) for line in section.splitlines() if line.startswith("- ")]
    assert lines == [list(names) for names in reversed(LAYERS)]
