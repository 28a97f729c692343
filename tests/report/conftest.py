"""Shared by the tests of reports: tiny trained runs, and a browser without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

import zoo
from zoo.runs.run import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

CODE = '''
def greet(name, count=2):
    # say hello (to "everyone")
    for number in range(count):
        print("hello, " + name, number)
    return {"name": name, 'count': [count, 1]}


class Cat(object):
    """A cat that sleeps."""

    def sleep(self, hours):  # long
        if hours > 10 and self.tired:
            return "zzz" * hours
'''
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</script><img src=x onerror=\"document.title='owned'\">",
    "'\"&amp;<b>bold</b>",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "bell\x07 escape\x1b[31m null\x00 mark\u202eevil",
)
"""Texts that a careless page would obey."""


@pytest.fixture(scope="session")
def code_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A character model of a little Python, with a text that holds hostile lines too."""
    folder = tmp_path_factory.mktemp("code")
    text = "".join(CODE.replace("greet", f"greet{place}") for place in range(40))
    safe = [line.replace("\x00", "") for line in HOSTILE]
    (folder / "code.txt").write_text(text + "\n".join(safe) + "\n" + text[:4000], encoding="utf-8")
    return zoo.run(
        "charlm",
        data=str(folder / "code.txt"),
        out=str(folder / "run"),
        model={"units": 12, "layers": 2},
        batch={"size": 8, "length": 16},
        train={"steps": 6, "evaluate_every": 2},
        search={"length": 40},
    )


@pytest.fixture(scope="session")
def label_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A classifier of hostile texts with hostile labels."""
    folder = tmp_path_factory.mktemp("labels <b>")
    labels = ("good <i>", "bad & \u202eugly")
    rows = ["text\tlabel"]
    for place in range(60):
        words = ("lovely", "fine", "nice") if place % 2 else ("awful", "dull", "poor")
        hostile = " ".join(HOSTILE).replace("\x00", "")
        rows.append(f"it was {words[place % 3]} {place} {hostile}\t{labels[place % 2]}")
    (folder / "reviews.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return zoo.run(
        "sentiment",
        data=str(folder / "reviews.tsv"),
        out=str(folder / "run"),
        preset="tiny",
        train={"steps": 4, "evaluate_every": 2},
    )


@dataclass
class Seen:
    """What a browser found on a page.

    Attributes:
        page: of Playwright.
        problems: errors and warnings of the console, and requests.
    """

    page: Page
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright; tests that need it are skipped where one of them is missing."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Seen]]:
    """Open a file without a network, and note what goes wrong."""
    contexts = []

    def look(path: Path, width: int = 1000, scheme: Literal["light", "dark"] = "light") -> Seen:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True)
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda message: seen.problems.append(f"{message.type}: {message.text}"))
        seen.page.on("pageerror", lambda error: seen.problems.append(str(error)))
        address = path.as_uri()

        def asked(request: Request) -> None:
            if request.url != address and not request.url.startswith("data:"):
                seen.problems.append(f"request: {request.url}")

        seen.page.on("request", asked)
        seen.page.goto(address)
        return seen

    yield look
    for context in contexts:
        context.close()
