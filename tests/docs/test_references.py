"""What code writes into docs/ is what the code says today."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from zoo_docs.contents import CARDS, START, chapters
from zoo_docs.references import references
from zoo_docs.site_pages import with_links
from zoo_docs.topology_diagrams import DIAGRAMS

from tests.docs.documents import ROOT
from zoo.plugins import find_plugins
from zoo.topology import Topology

REFERENCES = references()


@pytest.mark.parametrize("place", REFERENCES, ids=str)
def test_a_reference_is_up_to_date(place: Path) -> None:
    path = ROOT / "docs" / place
    assert path.exists() and path.read_text(encoding="utf-8") == REFERENCES[place], f"{path} is stale: make reference"


def test_nothing_else_stands_among_the_diagrams() -> None:
    drawn = {place.name for place in REFERENCES if place.suffix == ".svg"}
    assert {path.name for path in (ROOT / "docs" / "diagrams").iterdir()} == drawn


def test_every_built_in_task_is_in_the_references() -> None:
    ours = {info.name for info in find_plugins() if info.kind == "task" and info.distribution == "seqzoo"}
    assert set(CARDS) == ours


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda diagram: diagram.name)
def test_a_diagram_describes_itself(diagram) -> None:
    picture = ElementTree.fromstring(REFERENCES[Path("diagrams", f"{diagram.name}.svg")])
    texts = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == sorted(filter(None, diagram.inputs + diagram.outputs))
    assert diagram.description in picture.find("{http://www.w3.org/2000/svg}title").text
    boxes = list(picture.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(boxes) == len(diagram.inputs) + len(texts)


def test_the_table_of_batches_is_that_of_the_code() -> None:
    rows = [line.strip() for line in Topology.__doc__.splitlines() if line.strip().startswith("|")]
    assert len(rows) == 8
    assert "\n".join(rows) in (ROOT / "docs" / "topologies.md").read_text(encoding="utf-8")


def test_every_document_is_a_page_and_every_link_leads_somewhere() -> None:
    pages = {page.file: page for chapter in chapters() for page in chapter.pages} | {START.file: START}
    documents = {path.relative_to(ROOT) for path in ROOT.glob("docs/*.md")}
    assert documents <= set(pages)
    for page in pages.values():
        with_links(page, (ROOT / page.file).read_text(encoding="utf-8"), pages)
    with_links(START._replace(file=Path("README.md")), (ROOT / "README.md").read_text(encoding="utf-8"), pages)


def test_every_topology_has_its_diagram_on_the_page() -> None:
    page = (ROOT / "docs" / "topologies.md").read_text(encoding="utf-8")
    assert re.findall(r"\(diagrams/([\w-]+)\.svg\)", page) == [diagram.name for diagram in DIAGRAMS]
