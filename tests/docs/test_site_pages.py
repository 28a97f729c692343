"""The pages of the site: the reference names what the modules export, and links lead from page to page."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from zoo_docs.api_pages import MODULES, api_pages
from zoo_docs.contents import ROOT, Page
from zoo_docs.site_pages import public, with_links, with_names


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    return api_pages(ROOT)


# These are quick to import: nothing of Keras is loaded for their names.
@pytest.mark.parametrize("module", ["zoo", "zoo.settings", "zoo.codecs", "zoo.data", "zoo.metrics"])
def test_the_reference_has_every_public_name(reference: dict[str, str], module: str) -> None:
    headings = re.findall(r"^## (\w+)$", reference[module], re.MULTILINE)
    assert sorted(headings) == sorted(importlib.import_module(module).__all__)


def test_every_module_has_a_page(reference: dict[str, str]) -> None:
    assert list(reference) == list(MODULES)
    assert all(text.count("\n## ") for text in reference.values())


def test_an_entry_has_its_signature_and_what_its_docstring_says(reference: dict[str, str]) -> None:
    entry = reference["zoo.search"].split("## Beam\n")[1].split("\n## ")[0]
    assert "class Beam(\n    beam: int = 5,\n" in entry
    assert "**Arguments:**\n\n- `beam`: W" in entry
    assert "**Raises:**\n\n- `UsageError`: " in entry
    assert "### Beam.choose\n" in entry and "__post_init__" not in entry


def test_settings_have_their_own_defaults(reference: dict[str, str]) -> None:
    assert "class BatchSettings(size: int = 64, " in reference["zoo.settings"]


def test_links_lead_from_page_to_page() -> None:
    page = Page(Path("docs/data.md"), "data")
    pages = {page.file: page, Path("tasks/zoo_tasks/charlm/README.md"): Page(Path(), "tasks/charlm")}
    card = Page(Path("tasks/zoo_tasks/charlm/README.md"), "tasks/charlm")
    text = "[data](../../../docs/data.md#named-data), [code](task.py), [there](https://example.org/a.md)"
    assert with_links(card, text, pages) == "[data](../data.md#named-data), code, [there](https://example.org/a.md)"
    assert with_links(page, "[c](../tasks/zoo_tasks/charlm)", pages) == "[c](tasks/charlm.md)"
    assert with_links(page, "```text\n[x](nowhere.md)\n```\n", pages) == "```text\n[x](nowhere.md)\n```\n"
    with pytest.raises(FileNotFoundError, match="docs/data.md: a link to nowhere.md"):
        with_links(page, "[x](nowhere.md)", pages)


def test_public_names_are_links() -> None:
    names = public({"api/zoo.search": "# zoo.search\n\n## Beam\n"})
    text = "`zoo.search.Beam`, `zoo.search`, `zoo.search.hidden`, [`zoo.search`](x.md)"
    linked = "[`zoo.search.Beam`](api/zoo.search.md#beam), [`zoo.search`](api/zoo.search.md)"
    assert with_names(text, "search", names) == f"{linked}, `zoo.search.hidden`, [`zoo.search`](x.md)"
    assert with_names("`zoo.search.Beam`", "api/zoo.search", names) == "`zoo.search.Beam`"
