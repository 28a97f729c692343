"""The attention is an attention, and a task trains with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import zoo
from keras import ops

from zoo_mytask import MytaskAttention


def test_alignments_sum_to_one_and_ignore_what_is_masked() -> None:
    """It looks at the places that are there, and nowhere else."""
    draw = np.random.default_rng(0)
    queries, memory = draw.normal(size=(2, 3, 4)).astype("float32"), draw.normal(size=(2, 5, 6)).astype("float32")
    mask = np.arange(5)[None] < np.array([[3], [5]])
    contexts, alignments = map(ops.convert_to_numpy, MytaskAttention(4)(queries, memory, mask=mask))
    assert contexts.shape == (2, 3, 6)
    np.testing.assert_allclose(alignments.sum(axis=-1), 1, atol=1e-5)
    assert not alignments[0, :, 3:].any()


def test_it_can_be_made_again() -> None:
    """Its configuration holds all its arguments."""
    again = MytaskAttention.from_config(MytaskAttention(4, sharpness=3.0).get_config())
    assert (again.units, again.sharpness) == (4, 3.0)


def test_a_task_trains_with_it(tmp_path: Path) -> None:
    """The entry point in pyproject.toml names the module."""
    words = ["one", "two", "three", "four", "five", "six"]
    rows = [f"{first} {second}\t{second} {first}" for first in words for second in words]
    (tmp_path / "pairs.tsv").write_text("source\ttarget\n" + "\n".join(rows) + "\n", encoding="utf-8")
    run = zoo.run(
        "translation",
        data=str(tmp_path / "pairs.tsv"),
        out=str(tmp_path / "run"),
        model={"attention": "mytask", "units": 8, "embedding": 4},
        batch={"size": 8},
        train={"steps": 3},
        search={"strategy": "greedy", "length": 5},
    )
    assert np.isfinite(run.metrics[-1]["validation"]["loss"])
