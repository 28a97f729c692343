"""The wheels of the gallery: small, whole, and they answer."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import zoo

pytest.importorskip("onnxruntime", reason="a bundle needs ONNX Runtime")

GALLERY = Path(__file__).parents[1] / "gallery"
WHEELS = sorted(GALLERY.glob("*.whl"))


def test_the_models_are_there():
    assert {"zoo_model_phrasebook", "zoo_model_shakespeare"} == {wheel.name.split("-")[0] for wheel in WHEELS}


@pytest.mark.parametrize("wheel", WHEELS, ids=lambda wheel: wheel.name)
def test_a_wheel_is_small_and_answers_as_its_card_says(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert wheel.stat().st_size < 5_000_000
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    name = wheel.name.split("-")[0].removeprefix("zoo_model_")
    card = (tmp_path / f"zoo_model_{name}" / "README.md").read_text(encoding="utf-8")
    assert "## Measured" in card and "License: MIT" in card
    shown = card.split("```console\n")[1].split("```")[0]
    model = zoo.load(name)
    if name == "shakespeare":
        written = model.sample("ROMEO:", seed=1, length=40)
        assert f"ROMEO:{written}" in shown
    else:
        (answer,) = model.predict("The teacher did not find the umbrella last Sunday.")
        assert answer in shown
