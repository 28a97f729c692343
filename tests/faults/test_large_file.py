"""A text that is larger than the memory it may take."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.conftest import RHYME
from tests.launcher import Command, Launcher

GIGABYTE = 1 << 30
SIZE = 2 * GIGABYTE

WORDS = (
    "data.validation=0.0005",
    "data.test=0.0005",
    "model.units=16",
    "model.layers=1",
    "train.steps=20",
    "train.evaluate_every=10",
    "search.length=20",
    "device=cpu",
    "device.replicas=2",
)


def write(path: Path, size: int) -> Path:
    """Write a text of numbered rhymes."""
    block = (RHYME * (1 + (1 << 20) // len(RHYME)))[: 1 << 20].encode()
    with open(path, "wb") as stream:
        for number in range(max(1, size >> 20)):
            stream.write(f"\nchapter {number}\n".encode() + block)
    return path


def train_and_evaluate(launcher: Launcher, data: Path, out: Path) -> tuple[Command, Command]:
    words = ["run", "charlm", f"data={data}", f"out={out}", *WORDS]
    trained = launcher.run(*words, cwd=out.parent)
    return trained, launcher.run("evaluate", str(out), "--json", cwd=out.parent)


@pytest.mark.slow
def test_two_gigabytes(launcher: Launcher, tmp_path: Path):
    small = train_and_evaluate(launcher, write(tmp_path / "small.txt", 1 << 20), tmp_path / "small")
    large_file = write(tmp_path / "large.txt", SIZE)
    began = time.monotonic()
    try:
        large = train_and_evaluate(launcher, large_file, tmp_path / "large")
    finally:
        large_file.unlink()
    took = time.monotonic() - began
    more = [big.peak - little.peak for big, little in zip(large, small, strict=True)]
    print(
        f"\na text of {SIZE / GIGABYTE:.0f} GB trained at a peak of {large[0].peak / 1e6:,.0f} MB of resident memory, "
        f"{more[0] / 1e6:+,.0f} MB to a text of 1 MB; evaluated at {large[1].peak / 1e6:,.0f} MB, "
        f"{more[1] / 1e6:+,.0f} MB; {took:.0f} s for both"
    )
    assert json.loads(large[1].out)["metrics"]["loss"] > 0
    assert max(more) < SIZE / 4
    assert not list((tmp_path / "large").rglob("*zoo-tokens*"))
