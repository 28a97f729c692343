"""The page in Chromium: each view answers, by keyboard too, and no text becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.chromium import Chromium, needs_chromium
from tests.serve.conftest import Client

pytestmark = needs_chromium
HOSTILE = "<script>document.title = 'owned'</script> good\x01 \u202eday\u202c \u05e9\u05dc\u05d5\u05dd"
SAID = "document.getElementById('status').textContent"
MAIN = "document.querySelector('button.main')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as found:
        yield found


@pytest.fixture
def page(browser: Chromium, client: Client) -> Iterator[Chromium]:
    browser.requests.clear()
    yield browser
    assert browser.errors == []
    asked = [url for url in browser.requests if url.startswith("http")]
    assert asked and all(url.startswith(client.url) for url in asked)


def test_a_text_grows_and_goes_on_with_another_token_by_keyboard_alone(page: Chromium, client: Client):
    page.open(f"{client.url}/#charlm")
    page.wait(f"{MAIN}.textContent === 'Write'")
    for _ in range(9):  # the link past the models, the models, the title, then the form
        page.press("Tab")
        if page.run("document.activeElement.tagName") == "TEXTAREA":
            break
    page.run("document.activeElement.select()")
    page.type("one ")
    page.press("Enter", modifiers=2)  # Ctrl+Enter
    page.wait(f"{SAID} === 'Wrote 20 tokens.'")
    tokens = "[...document.querySelectorAll('.token:not(.prime)')]"
    before = page.run(f"{tokens}.slice(0, 3).map((one) => one.textContent)")
    page.run(f"{tokens}[0].focus()")
    for _ in range(3):
        page.press("ArrowRight")
    assert page.run(f"{tokens}.indexOf(document.activeElement)") == 3
    page.press("Enter")
    label = page.run("document.activeElement.textContent")
    assert label.endswith("%") and page.run("document.activeElement.tagName") == "BUTTON"
    page.press("Enter")
    page.wait(f"{SAID} === 'Wrote 20 tokens.'")
    assert page.run(f"{tokens}.slice(0, 3).map((one) => one.textContent)") == before
    assert page.run(f"{tokens}[3].getAttribute('aria-label')").split()[0] == label.split()[0]


def test_a_translation_is_drawn_with_its_alignment(page: Chromium, client: Client):
    page.open(f"{client.url}/#translation")
    page.wait(f"{MAIN}.textContent === 'Translate'")
    page.run("document.querySelector('textarea').value = 'the dog runs'")
    page.run(f"{MAIN}.click()")
    page.wait(f"{SAID}.startsWith('Translation')")
    words = page.run("[...document.querySelectorAll('.alignment ul:first-child li')].map((one) => one.textContent)")
    assert words == ["the", "dog", "runs"]
    assert page.run("document.querySelectorAll('.alignment path').length") >= 3
    names = [name for _, name in page.accessible()]
    assert {"Text", "Translate", "Models", "Alignment as a table"} <= set(names)


def test_hostile_texts_are_shown_as_texts(page: Chromium, client: Client):
    page.open(f"{client.url}/#sentiment")
    page.wait(f"{MAIN}.textContent === 'Classify'")
    page.run(f"document.querySelector('textarea').value = {HOSTILE!r}")
    page.run(f"{MAIN}.click()")
    page.wait(f"{SAID}.startsWith('Answer')")
    shown = page.run("document.querySelector('.words').textContent")
    assert "<script>document.title = 'owned'</script>" in shown
    assert "good\u2401" in shown and "\u27e8202E\u27e9day" in shown and "\u05e9\u05dc\u05d5\u05dd" in shown
    assert page.run("document.title") != "owned" and page.run("document.querySelectorAll('main script').length") == 0
    assert page.run("document.querySelectorAll('.word').length") == 6


def test_a_table_becomes_a_timeline(page: Chromium, client: Client, tmp_path: Path):
    table = tmp_path / "frames.csv"
    table.write_text("x,y\n" + "".join(f"{n % 5 - 2},{n}\n" for n in range(9)))
    page.open(f"{client.url}/#frames")
    page.wait("document.querySelector('input[type=file]')")
    page.choose_files("input[type=file]", table)
    page.wait(f"{SAID}.startsWith('9 frames in')")
    widths = page.run("[...document.querySelectorAll('.strip rect')].map((one) => Number(one.getAttribute('width')))")
    assert sum(widths) == 9
    assert page.run("document.querySelectorAll('main tbody tr').length") == len(widths)


@pytest.mark.parametrize("width", [400, 1400])
def test_no_page_is_wider_than_its_window(page: Chromium, client: Client, width: int):
    for dark in (False, True):
        page.look(width, dark)
        for name in ("charlm", "translation", "sentiment", "frames"):
            page.open(f"{client.url}/#{name}")
            page.wait("document.querySelector('main h2')")
            assert page.run("document.documentElement.scrollWidth") <= width
        colour = page.run("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(255, 255, 255)") is not dark


def test_without_a_network_the_page_says_so(browser: Chromium, client: Client):
    browser.open(f"{client.url}/#sentiment")
    browser.wait(f"{MAIN}.textContent === 'Classify'")
    browser.offline()
    browser.run("document.querySelector('textarea').value = 'good day'")
    browser.run(f"{MAIN}.click()")
    browser.wait(f"{SAID} === 'The server does not answer.'")
    browser.offline(False)
    browser.errors.clear()


def test_the_interface_can_be_tried(page: Chromium, client: Client):
    page.open(f"{client.url}/docs")
    page.wait("document.querySelectorAll('details').length > 8")
    page.run("document.querySelector('details').open = true")
    page.run("document.querySelector('details textarea').value = '{\"inputs\": [\"good day\"]}'")
    page.run("document.querySelector('details select').value = 'sentiment'")
    page.run("document.querySelector('details button').click()")
    assert '"answer"' in page.wait("document.querySelector('details pre').textContent")
