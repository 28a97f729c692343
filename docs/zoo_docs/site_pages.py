"""The pages of the site, gathered from the repository, with their links adapted."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from zoo_docs.api_pages import MODULES, api_pages
from zoo_docs.contents import ROOT, START, Chapter, Page, chapters

LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<address>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def gather(folder: Path) -> None:
    """Write the sources of the site.

    Args:
        folder: target folder; its old content is removed.

    Raises:
        FileNotFoundError: a page links to a missing file.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "diagrams", folder / "diagrams")
    found = chapters()
    pages = {page.file: page for chapter in found for page in chapter.pages} | {START.file: START}
    at = pages | {Path("README.md"): START}
    references = {f"api/{module}": text for module, text in api_pages(ROOT).items()}
    names = public(references)
    for page in pages.values():
        text = with_links(page, (ROOT / page.file).read_text(encoding="utf-8"), at)
        _write(folder, page.name, with_names(text, page.name, names))
    for name, text in references.items():
        _write(folder, name, with_names(text, name, names))
    with (folder / "index.md").open("a", encoding="utf-8") as stream:
        stream.writelines(_contents(chapter) for chapter in found)
        stream.write(_tree("Python", [f"api/{module}" for module in MODULES]))


def with_links(page: Page, text: str, pages: Mapping[Path, Page]) -> str:
    """Turn links between files into links between pages; a link to a file without a page becomes plain text.

    Args:
        page: that the text is of.
        text: Markdown.
        pages: all of them, by their file.

    Raises:
        FileNotFoundError: there is no such file.
    """

    def link(match: re.Match[str]) -> str:
        if ":" in match["address"]:
            return match[0]
        file = Path(os.path.normpath(page.file.parent / match["address"]))
        if (ROOT / file).is_dir():
            file = file / "README.md"
        if not (ROOT / file).exists():
            raise FileNotFoundError(f"{page.file}: a link to {match['address']}, which does not exist")
        if file.parent == Path("docs/diagrams"):
            target = f"diagrams/{file.name}"
        elif file in pages:
            target = f"{pages[file].name}.md"
        else:
            return match["text"]
        return f"[{match['text']}]({_relative(page.name, target)}{match['anchor'] or ''})"

    return _outside_fences(text, lambda part: LINK.sub(link, part))


def public(references: Mapping[str, str]) -> dict[str, str]:
    """Public names, such as `zoo.layers.LSTM`, with the page and anchor that explain them."""
    found = {}
    for name, text in references.items():
        module = name.removeprefix("api/")
        found[module] = name
        for heading in re.findall(r"^## (\w+)$", text, re.MULTILINE):
            found[f"{module}.{heading}"] = f"{name}#{heading.lower()}"
    return found


def with_names(text: str, page: str, names: Mapping[str, str]) -> str:
    """Link each public name in inline code to its explanation."""

    def link(match: re.Match[str]) -> str:
        target = names.get(match[1])
        if target is None or target.partition("#")[0] == page:
            return match[0]
        name, _, anchor = target.partition("#")
        return f"[{match[0]}]({_relative(page, f'{name}.md')}{f'#{anchor}' if anchor else ''})"

    return _outside_fences(text, lambda part: re.sub(r"(?<!\[)`(zoo(?:\.\w+)+)`(?!\])", link, part))


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts, place = [], 0
    for fence in FENCE.finditer(text):
        parts += [change(text[place : fence.start()]), fence[0]]
        place = fence.end()
    return "".join([*parts, change(text[place:])])


def _relative(page: str, target: str) -> str:
    return os.path.relpath(target, PurePosixPath(page).parent)


def _contents(chapter: Chapter) -> str:
    return _tree(chapter.heading, [page.name for page in chapter.pages])


def _tree(heading: str, names: list[str]) -> str:
    lines = "\n".join(names)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{lines}\n```\n"


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
