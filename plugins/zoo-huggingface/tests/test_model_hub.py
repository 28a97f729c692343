"""Models on the Hugging Face hub, by its real client, against a fake of its interface in this process."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import keras
import pytest

import zoo
from zoo.cli import main

pytest.importorskip("huggingface_hub", reason="the package is not installed: pip install zoo-huggingface")
pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")

spec = importlib.util.spec_from_file_location("fake_hub", Path(__file__).with_name("fake_hub.py"))
assert spec and spec.loader
fake_hub = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake_hub)


class Hub(Protocol):
    """The fake hub (see `fake_hub.FakeHub`)."""

    models: dict[str, dict[str, bytes]]
    asked: list[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> zoo.Run:
    folder = tmp_path_factory.mktemp("hub")
    (folder / "rhyme.txt").write_text("one two, buckle my shoe;\nthree four, knock at the door;\n" * 60)
    return zoo.run(
        "charlm",
        data=str(folder / "rhyme.txt"),
        out=str(folder / "run"),
        model={"units": 8, "layers": 1},
        batch={"size": 8, "length": 16},
        train={"steps": 2},
    )


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A fake hub, to which the client is pointed, with a token that may write."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_TOKEN", fake_hub.TOKEN)
    with fake_hub.serving() as (stored, address):
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield stored


def push(run: zoo.Run, *words: str) -> int:
    return main(["push", str(run.folder.path), "hf://me/rhymes", "examples=0", *words])


def test_a_model_goes_to_the_hub_and_comes_back(run: zoo.Run, hub: Hub, capsys: pytest.CaptureFixture[str]):
    assert push(run, "license=CC0-1.0") == 0
    stored = hub.models["me/rhymes"]
    assert {Path(file).suffix for file in stored} == {".onnx", ".json", ".md"}
    card = stored["README.md"].decode()
    assert card.startswith('---\nlibrary_name: seqzoo\nlicense: "cc0-1.0"\npipeline_tag: text-generation\n')
    assert capsys.readouterr().out.endswith("/me/rhymes\n")
    assert main(["pull", "hf://me/rhymes"]) == 0
    assert capsys.readouterr().out == "bundle: rhymes\n"
    assert zoo.load("./rhymes").sample("one ", seed=3, length=20) == run.sample("one ", seed=3, length=20)
    assert sorted(path.name for path in Path().iterdir()) == ["rhymes"]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main([*words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert not [path for path in Path().iterdir() if "again" in path.name]
    return line


def test_what_goes_wrong_is_one_line(
    run: zoo.Run, hub: Hub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert push(run) == 0
    stored = hub.models["me/rhymes"]
    whole = stored["graphs/step.onnx"]
    stored["graphs/step.onnx"] = whole[:-1] + bytes([whole[-1] ^ 1])
    line = refused(capsys, "pull", "hf://me/rhymes", "out=again")
    assert "hf://me/rhymes: graphs/step.onnx: damaged or changed" in line
    del stored["graphs/step.onnx"]
    assert "a file is missing" in refused(capsys, "pull", "hf://me/rhymes", "out=again")
    assert "there is no such model" in refused(capsys, "pull", "hf://me/none", "out=again")
    manifest = json.loads(stored["bundle.json"])
    manifest["files"]["evil.py"] = "0" * 64
    stored["bundle.json"] = json.dumps(manifest).encode()
    asked = len(hub.asked)
    line = refused(capsys, "pull", "hf://me/rhymes", "out=again")
    assert "evil.py is neither a graph nor JSON" in line
    assert not [one for one in hub.asked[asked:] if "bundle.json" not in one]
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    path = str(run.folder.path)
    assert "hf://me/rhymes: " in refused(capsys, "push", path, "hf://me/rhymes", "examples=0")
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    assert "no token; run `hf auth login`" in refused(capsys, "push", path, "hf://me/rhymes", "examples=0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)
    assert "127.0.0.1 cannot be reached: Connection refused" in refused(capsys, "pull", "hf://me/rhymes", "out=again")
