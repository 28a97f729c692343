"""The page without a server answers in Chromium what bundles answer."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zoo.runtime
from tests.serve.chromium import Chromium, needs_chromium
from zoo.codecs import TextCodec
from zoo.errors import UsageError, ZooError

pytest.importorskip("zoo_web", reason="needs pip install ./plugins/zoo-web")
SAMPLE = """(async () => {
  let text = "";
  await b.sample("charlm", ASKED, (one) => { text += one.token; });
  return text;
})()"""
STATIC = Path(__file__).parents[2] / "zoo" / "serve" / "static"


@pytest.fixture(scope="module")
def site(bundles: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    from zoo.serve.web_site import write_site

    names = ("charlm", "sentiment", "translation")
    return write_site(
        {name: zoo.runtime.load(bundles[name]) for name in names}, tmp_path_factory.mktemp("web") / "site"
    )


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static server."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@needs_chromium
def test_the_browser_alone_answers_as_bundles_do(address: str, bundles: dict[str, Path]):
    models = {name: zoo.runtime.load(bundles[name]) for name in ("charlm", "sentiment", "translation")}
    with Chromium() as browser:
        browser.open(f"{address}/#charlm")
        browser.wait("document.querySelector('button.main')")
        browser.run("import('./static/backend_browser.js').then((m) => m.makeBackend()).then((b) => { window.b = b; })")
        for search in ({"length": 30, "temperature": 0.7}, {"length": 30, "top_p": 0.8}, {"length": 20, "top_k": 3}):
            asked = {"prime": "one ", "seed": 3, "alternatives": 2, "search": {"strategy": "sample", **search}}
            script = SAMPLE.replace("ASKED", json.dumps(asked))
            assert browser.run(script) == models["charlm"].sample("one ", seed=3, **search)
        texts = ["good day 3", "a bad night", "day!"]
        found = browser.run(f"b.predict('sentiment', {json.dumps(texts)})")
        for one, wanted in zip(found, models["sentiment"].answer(texts), strict=True):
            assert one["probabilities"] == pytest.approx(wanted.details["probabilities"], abs=1e-5)
            assert [word for word, _ in one["looked_at"]] == [word for word, _ in wanted.details["looked_at"]]
            assert one.get("unknown") == wanted.details.get("unknown")
        sentences = ["the dog runs 3", "we eat the red house today", "unknown words here"]
        for search in ({"beam": 4, "n_best": 3, "length": 8}, {"strategy": "greedy", "length": 8}):
            options = json.dumps({"search": search, "alignment": True})
            found = browser.run(f"b.predict('translation', {json.dumps(sentences)}, {options})")
            for one, wanted in zip(found, models["translation"].answer(sentences, **search), strict=True):
                assert one["answer"] == wanted.value
                assert one["score"] == pytest.approx(wanted.score, abs=1e-4)
                others = [text for text, _ in wanted.details.get("alternatives", [])]
                assert [text for text, _ in one.get("alternatives", [])] == others
        aligned = models["translation"].align(sentences, [one["answer"] for one in found])
        for one, wanted in zip(found, aligned, strict=True):
            assert one["alignment"]["read"] == list(wanted.read)
            assert one["alignment"]["written"] == list(wanted.written)
            assert [w for row in one["alignment"]["weights"] for w in row] == pytest.approx(
                wanted.weights.reshape(-1).tolist(), abs=1e-4
            )
        assert browser.errors == []
        assert all(url.startswith((address, "about:", "data:", "blob:")) for url in browser.requests)


@needs_chromium
def test_the_page_is_the_same_without_a_server(address: str):
    with Chromium() as browser:
        browser.open(f"{address}/#translation")
        browser.wait("document.querySelector('button.main')")
        browser.run("document.querySelector('textarea').value = 'the dog runs'")
        browser.run("document.querySelector('button.main').click()")
        browser.wait("document.getElementById('status').textContent.startsWith('Translation')")
        assert browser.run("document.querySelectorAll('.alignment path').length") >= 3
        assert "in this browser" in browser.run("document.getElementById('footer').textContent")
        assert browser.errors == []


NODE = """
import { makeCodec } from "STATIC/browser_codecs.js";
import { readFileSync } from "node:fs";
const { folder, name, texts } = JSON.parse(readFileSync(0, "utf8"));
const model = () => new Uint8Array(readFileSync(`${folder}/${name}.model`));
const codec = await makeCodec(JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")), model);
const decoded = (ids) => {
  const stream = codec.stream();
  return ids.map((id) => stream.push([id])).join("") + stream.flush();
};
console.log(JSON.stringify(texts.map((text) => {
  const ids = codec.encode(text);
  return { ids, tokens: codec.tokens(text), decoded: decoded(ids) };
})));
"""
TEXTS = [
    "l'eau, it's; avez-vous \u201cone two\u201d (three)?",
    "\u2581one\u2581 two\n\tthree  four",
    "one\u00e9e\u0301 \U0001f600",
]
WORDS = [
    "one",
    "two,",
    "buckle my shoe;",
    " ",
    "\n",
    "\t",
    "\u2581",
    "'",
    "\u2019",
    "-",
    "\u00ab",
    "\u00a0",
    "\u200b",
    "\u0085",
]
WORDS += [
    "\u00c9",
    "e\u0301",
    "\u4e2d\u6587",
    "\U0001f600",
    "\x1c",
    "_",
    "9",
    "\u00b2",
    "\ufeff",
    "\x00",
    "L'\u00c9cole",
    "``",
]


@pytest.fixture(scope="module")
def codecs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, TextCodec]]:
    """Fitted codecs by name, and the folder that they are saved in."""
    from tests.conftest import RHYME
    from zoo.codecs import ByteCodec, CharacterCodec, PieceCodec, WordCodec

    made: dict[str, TextCodec] = {
        "byte": ByteCodec(),
        "character": CharacterCodec(),
        "word": WordCodec(),
        "lower": WordCodec(lowercase=True, least=2),
        "unigram": PieceCodec(vocabulary=312, sentences=True),
        "bpe": PieceCodec(vocabulary=312, algorithm="bpe"),
    }
    folder = tmp_path_factory.mktemp("codecs")
    for name, codec in made.items():
        codec.fit([RHYME, *TEXTS])
        codec.save(folder, name)
    return folder, made


class Read(TypedDict):
    """What JavaScript makes of a text."""

    ids: list[int]
    tokens: list[str]
    decoded: str


def in_javascript(folder: Path, name: str, texts: list[str]) -> list[Read]:
    command = ["node", "--input-type=module", "-e", NODE.replace("STATIC", STATIC.as_uri())]
    content = json.dumps({"folder": str(folder), "name": name, "texts": texts})
    done = subprocess.run(command, input=content, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found: list[Read] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("name", ["byte", "character", "word", "lower", "unigram", "bpe"])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=12).map(" ".join), max_size=60))
def test_codecs_in_javascript_are_those_in_python(
    codecs: tuple[Path, dict[str, TextCodec]], name: str, texts: list[str]
):
    folder, made = codecs
    codec, texts = made[name], [*TEXTS, *texts]
    for text, found in zip(texts, in_javascript(folder, name, texts), strict=True):
        ids = codec.encode(text)
        assert found["ids"] == ids.tolist(), (text, codec.tokens(text), found["tokens"])
        assert found["tokens"] == codec.tokens(text)
        stream = codec.stream()
        assert found["decoded"] == "".join(stream.push([index]) for index in ids.tolist()) + stream.flush()


def test_a_site_refuses_what_it_cannot_answer(bundles: dict[str, Path], tmp_path: Path):
    from zoo.serve.web_site import write_site

    with pytest.raises(ZooError, match="frames needs zoo serve"):
        write_site({"frames": zoo.runtime.load(bundles["frames"])}, tmp_path / "site")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        write_site({"charlm": zoo.runtime.load(bundles["charlm"])}, tmp_path / "mine")


def test_a_site_holds_its_licence_and_no_inline_script(site: Path):
    assert "MIT License" in (site / "ort" / "LICENSE").read_text()
    page = (site / "index.html").read_text()
    assert "unsafe-inline" not in page and "script-src 'self' 'wasm-unsafe-eval'" in page
    assert json.loads((site / "models" / "models.json").read_text()) == ["charlm", "sentiment", "translation"]
