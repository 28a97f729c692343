"""The clients of docs/serving.md, as readers copy them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import urllib.request

import pytest

from tests.docs.documents import ROOT, Block, blocks
from tests.serve.conftest import Client

PAGE = ROOT / "docs" / "serving.md"


def translate(server: str, sentences: list[str]) -> list[str]:
    content = json.dumps({"inputs": sentences}).encode()
    address = f"{server}/v1/models/translation/predict"
    request = urllib.request.Request(address, content, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return [answer["answer"] for answer in json.load(response)["answers"]]


def continue_with_openai(server: str, prompt: str) -> str:
    import openai

    with openai.OpenAI(base_url=f"{server}/v1", api_key="unused") as client:
        pieces = client.completions.create(model="charlm", prompt=prompt, max_tokens=40, seed=1, stream=True)
        return "".join(piece.choices[0].text for piece in pieces)


def of_page(language: str) -> Block:
    """The piece of code of the page in a language."""
    (found,) = [block for block in blocks(language) if block.document == PAGE]
    return found


def test_python_translates(client: Client):
    assert len(translate(client.url, ["the dog runs", "a cat sleeps here"])) == 2


def test_python_continues_with_openai(client: Client):
    pytest.importorskip("openai")
    assert len(continue_with_openai(client.url, "one ")) == 40


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_translates(client: Client):
    words = shlex.split(of_page("sh").code.replace("http://127.0.0.1:8000", client.url).replace("\\\n", " "))
    done = subprocess.run([*words, "-sS"], capture_output=True, text=True, timeout=60, check=True)
    (answer,) = json.loads(done.stdout)["answers"]
    assert {"answer", "score", "alternatives", "alignment"} <= answer.keys()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_javascript_samples(client: Client):
    code = (
        of_page("js").code
        + f'let n = 0; for await (const one of sample("{client.url}", "one ")) n += 1; console.log(n)'
    )
    command = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "40\n", done.stderr


def test_the_page_names_every_limit():
    from dataclasses import fields

    from zoo.serve import ServeLimits

    text = PAGE.read_text(encoding="utf-8")
    assert [entry.name for entry in fields(ServeLimits) if not re.search(rf"`{entry.name}=", text)] == []
