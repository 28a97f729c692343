"""The callback is called."""

from __future__ import annotations

import json
from pathlib import Path

import zoo


def test_each_epoch_is_a_line(tmp_path: Path) -> None:
    """The entry point in pyproject.toml names the module."""
    (tmp_path / "text.txt").write_text("one two three four five six\n" * 40, encoding="utf-8")
    zoo.run(
        "charlm",
        data=str(tmp_path / "text.txt"),
        out=str(tmp_path / "run"),
        model={"units": 8},
        batch={"size": 8, "length": 8},
        train={"epochs": 2, "callbacks": ["mytask"]},
    )
    lines = [json.loads(line) for line in (tmp_path / "run" / "mytask.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [0, 1]
    assert lines[0]["loss"] > 0
