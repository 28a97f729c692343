"""The strategy writes text."""

from __future__ import annotations

from pathlib import Path

import zoo


def test_a_run_writes_with_it(tmp_path: Path) -> None:
    """The same seed gives the same text, and another seed another one."""
    (tmp_path / "text.txt").write_text("one two three four five six\n" * 40, encoding="utf-8")
    run = zoo.run(
        "charlm",
        data=str(tmp_path / "text.txt"),
        out=str(tmp_path / "run"),
        model={"units": 8},
        batch={"size": 8, "length": 8},
        train={"steps": 3},
        search={"strategy": "mytask", "length": 12},
    )
    first, same, *others = [run.sample(seed=seed) for seed in (1, 1, 2, 3, 4)]
    assert len(first) == 12 and first == same
    assert any(text != first for text in others)
