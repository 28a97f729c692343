"""A page holds everything, and shows texts as texts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tests.report.conftest import HOSTILE
from zoo.report import Section, figures, heat_map, image, table
from zoo.report.page import make_page
from zoo.report.rendering import embedded, render, visible


class Tags(HTMLParser):
    """Collects the elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_nothing_is_loaded_from_elsewhere():
    page = make_page("title", [Section("one", "two")])
    for tag, attributes in Tags(page).found:
        assert tag not in ("link", "iframe", "object", "base", "form")
        for name in ("src", "href"):
            address = attributes.get(name) or ""
            assert address.startswith(("#", "data:")) or not address, (tag, address)
    assert "default-src 'none'" in page and page.count("'sha256-") == 5


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_escaped_everywhere(hostile):
    before = len(Tags(make_page("t", [Section("s", table(["h"], [["c"]]), "l")], "u")).found)
    section = Section(hostile, table([hostile], [[hostile]]), hostile)
    page = make_page(hostile, [section], hostile)
    assert len(Tags(page).found) == before
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", page)


@given(st.text(max_size=40))
def test_data_come_through_json_unharmed(text):
    written = embedded({"text": [text]})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"text": [text.encode("utf-8", "replace").decode()]}


def test_numbers_that_are_not_finite_become_null():
    assert embedded({"a": [float("nan"), np.float32(1.5), np.array([1, 2])]}) == '{"a":[null,1.5,[1,2]]}'


def test_what_does_not_print_becomes_visible():
    assert visible("a\x00\x1b\tb\n") == "a\u2400\u241b\tb\n"
    assert visible("x\u202ey") == "x\u27e8U+202E\u27e9y"
    assert visible("\u05e9 caf\u00e9") == "\u05e9 caf\u00e9"
    assert visible("\ud800") == "?"


def test_a_plain_body_is_escaped_and_markup_is_not():
    assert "&lt;b&gt;" in make_page("t", [Section("s", "<b>")])
    assert "<b>x</b>" in make_page("t", [Section("s", Markup("<b>x</b>"))])


def test_a_heat_map_names_its_cells_and_stays_small():
    drawn = heat_map(np.array([[0.0, 2.0], [1.0, 4.0]]), ["a", "<b>"], ["c", "d"])
    assert re.findall(r'fill-opacity="([\d.]+)"', drawn) == ["0.0", "0.5", "0.25", "1.0"]
    assert "&lt;b&gt; d: 4" in drawn
    assert len(heat_map(np.random.default_rng(0).random((200, 200)))) < 1_000_000
    assert "<svg" in heat_map(np.zeros((0, 0))) and "<svg" in heat_map(np.full((2, 2), np.nan))


def test_images_are_inside_and_marked():
    drawn = image(np.zeros((8, 4, 1), np.uint8), Markup('<rect width="2"/>'), width=80)
    assert 'viewBox="0 0 4 8"' in drawn and "data:image/png;base64," in drawn and '<rect width="2"/>' in drawn
    large = image(np.random.default_rng(0).integers(0, 255, (900, 1200, 3)).astype("uint8"))
    assert len(large) < 100_000
    assert "<figure>" in figures([(drawn, "<caption>")]) and "&lt;caption&gt;" in figures([(drawn, "<caption>")])


def test_a_missing_value_of_a_template_is_an_error():
    with pytest.raises(Exception, match="groups"):
        render("answers.html", note="")
