"""Every piece of Python in the documentation runs, or is a slice of a file that is tested."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zoo
from tests.conftest import RHYME
from tests.docs.documents import ROOT, Block, blocks
from zoo.templates import write_plugin

TUTORIAL = ROOT / "docs" / "tutorial.md"
_RUN = ("README.md", "docs/search.md", "docs/report.md", "docs/runs.md", "docs/transfer.md", "docs/tuning.md")
RUN = [block for block in blocks("python") if str(block.document.relative_to(ROOT)) in _RUN]
SLICES = [block for block in blocks("python", "toml") if block.mark.startswith("sample: ")]
CARDS = [block for block in blocks("python") if block.document.name == "README.md" and block not in RUN]
ELSEWHERE = {"docs/data.md": "tests/data/test_data_docs.py", "docs/plugins.md": "tests/test_docs.py"}
"""Documents whose pieces other tests run."""


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """The package that the tutorial makes."""
    return write_plugin("hello", tmp_path)


@pytest.mark.parametrize("block", SLICES, ids=str)
def test_a_slice_is_what_its_file_has(block: Block, hello: Path) -> None:
    folder = hello if block.document == TUTORIAL else ROOT
    whole = (folder / block.mark.removeprefix("sample: ")).read_text(encoding="utf-8")
    assert f"\n{block.code}" in f"\n{whole}"


def test_the_tutorial_shows_all_of_the_task_but_its_imports(hello: Path) -> None:
    shown = {line.strip() for block in SLICES if block.document == TUTORIAL for line in block.code.splitlines()}
    hidden = ("import ", "from ", "class Hello(zoo.Task)")
    lines = (hello / "zoo_hello.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.strip() not in shown and not line.startswith(hidden)] == []


def test_no_piece_is_forgotten() -> None:
    for block in blocks("python"):
        name = str(block.document.relative_to(ROOT))
        assert block in RUN + CARDS + SLICES or name in ELSEWHERE, f"{block} is run by no test"


@pytest.fixture
def small_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs of `zoo.run` are small ones, in a folder with a book."""
    run, tune = zoo.run, zoo.tune
    tiny = {"model": {"units": 8, "layers": 1}, "batch": {"size": 16, "length": 16}, "search": {"length": 20}}

    def small(task: str, **settings: Any) -> zoo.Run:
        for part, values in {**tiny, "train": {}}.items():
            settings[part] = {**values, **settings.get(part, {})}
        return run(task, **settings | {"train": {**settings["train"], "steps": 4}})

    def small_sweep(task: str, **settings: Any) -> object:
        return tune(task, **tiny | {"model": {"layers": 1}, "train": {"steps": 2}} | settings)

    monkeypatch.setattr(zoo, "run", small)
    monkeypatch.setattr(zoo, "tune", small_sweep)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.txt").write_text(RHYME * 40, encoding="utf-8")


@pytest.fixture
def names() -> dict[str, object]:
    """What the pieces take for given."""
    from zoo.models import Decoder

    model = Decoder(vocabulary=20, units=8)
    model.build()
    draw = np.random.default_rng(0)
    return {
        "model": model,
        "primes": [[], [7, 8]],
        "queries": draw.normal(size=(2, 3, 8)).astype("float32"),
        "memory": draw.normal(size=(2, 5, 8)).astype("float32"),
        "mask": np.ones((2, 5), bool),
    }


@pytest.mark.budget("one piece trains a translator, and another that starts from it")
@pytest.mark.parametrize("block", RUN, ids=str)
def test_a_piece_runs(block: Block, small_runs: None, names: dict[str, object]) -> None:
    exec(compile(block.code, str(block), "exec"), names)


@pytest.mark.slow
@pytest.mark.parametrize("block", CARDS, ids=str)
def test_a_piece_of_a_card_runs_with_a_run_of_its_task(block: Block, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    for task in re.findall(r"runs/(\w+)/latest", block.code):
        zoo.run(task, preset="tiny", train={"steps": 2, "evaluate_every": 2})
    for name in re.findall(r"[\w-]+\.jpg", block.code):
        Image.new("RGB", (20, 20), "red").save(tmp_path / name)
    exec(compile(block.code, str(block), "exec"), {})
