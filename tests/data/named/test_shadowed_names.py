"""A built-in name stands before a local file or folder of the same name, and says so."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from zoo.plugins import Plugins
from zoo.task import Task


def task(source: str) -> Task:
    cls = Plugins().load_task("sentiment")
    settings = cls.Settings()
    settings.data.source = source  # type: ignore[attr-defined]
    return cls(settings)


def test_a_folder_of_that_name_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for label in ("good", "bad"):
        (tmp_path / "reviews" / label).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "reviews" / label / f"{number}.txt").write_text(f"a {label} film, number {number}")
    with pytest.warns(UserWarning, match=r"data=reviews is the built-in data of this name.*write data=\./reviews"):
        assert len(task("reviews").splits().train) > 100
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        splits = task("./reviews").splits()
    assert sum(len(part) for _, part in splits.items()) == 6
    monkeypatch.chdir(tmp_path / "reviews")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        task("reviews").splits()
