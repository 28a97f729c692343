"""The data are divided as the settings say, and a task trains on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import zoo
from zoo.settings import DataSettings

from zoo_mytask import sums


def test_the_splits() -> None:
    """Every split has what it should, and is the same each time."""
    splits = sums(DataSettings(validation=0.1, test=0.2))
    sizes = [sum(len(example["target"].text) for example in part) for part in (splits.validation, splits.test)]
    assert 1.8 < sizes[1] / sizes[0] < 2.2
    again = sums(DataSettings(validation=0.1, test=0.2))
    assert again.train[0]["target"].text == splits.train[0]["target"].text


def test_a_task_trains_on_them(tmp_path: Path) -> None:
    """The entry point in pyproject.toml names the module."""
    run = zoo.run(
        "charlm",
        data="mytask",
        out=str(tmp_path / "run"),
        model={"units": 8},
        batch={"size": 32, "length": 16},
        train={"steps": 3},
    )
    assert np.isfinite(run.metrics[-1]["validation"]["loss"])
