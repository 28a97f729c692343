"""The gallery trains what is missing, and leads to a report of each run."""

from __future__ import annotations

from pathlib import Path

import pytest
from zoo_docs.gallery import EXHIBITS, Exhibit, make_gallery


def test_a_gallery_of_a_small_run(rhyme: Path, tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "gallery"
    exhibits = [
        Exhibit("rhyme", "charlm", "About <rhymes>.", {"data": str(rhyme)}),
        Exhibit("gone", "charlm", "Nothing.", {"data": str(tmp_path / "gone.txt")}),
    ]
    page = make_gallery(folder, exhibits, minutes=0, **tiny).read_text(encoding="utf-8")
    assert '<a href="rhyme.html">rhyme</a>' in page and "About &lt;rhymes&gt;." in page
    assert "gone.html" not in page and "gone is left out" in capsys.readouterr().out
    written = folder / "rhyme.html"
    trained = (folder / "runs" / "rhyme" / "metrics.jsonl").stat().st_mtime_ns
    written.unlink()
    make_gallery(folder, exhibits[:1])
    assert written.exists()
    assert (folder / "runs" / "rhyme" / "metrics.jsonl").stat().st_mtime_ns == trained


def test_every_task_is_shown():
    assert {exhibit.task for exhibit in EXHIBITS} == {"charlm", "translation", "captioning", "sentiment", "frames"}
