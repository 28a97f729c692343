"""A table of pairs that is larger than the memory it may take."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.launcher import Command, Launcher
from zoo.data.batching.encoded_examples import kept_bytes

GIGABYTE = 1 << 30

WORDS = (
    "text.unit=byte",
    "data.validation=0.0002",
    "data.test=0.0002",
    "batch.length=64",
    "model.units=16",
    "model.embedding=8",
    "train.steps=20",
    "train.minutes=0",
    "train.evaluate_every=10",
    "train.warmup=0",
    "search.strategy=greedy",
    "search.length=8",
    "device=cpu",
)


def write(path: Path, size: int) -> Path:
    """Write pairs of numbered lines, no two of them alike."""
    filler = "the quick brown fox jumps over the lazy dog, and " * 6
    number = 0
    with open(path, "w", encoding="utf-8", newline="\n") as stream:
        stream.write("source\ttarget\n")
        while stream.tell() < size:
            lines = [f"{number + offset} {filler}\tnumber {number + offset} {filler}\n" for offset in range(1000)]
            stream.write("".join(lines))
            number += 1000
    return path


def train_and_evaluate(launcher: Launcher, data: Path, out: Path) -> tuple[Command, Command]:
    words = ["run", "translation", f"data={data}", f"out={out}", *WORDS]
    trained = launcher.run(*words, cwd=out.parent)
    return trained, launcher.run("evaluate", str(out), "--json", cwd=out.parent)


@pytest.mark.slow
def test_a_gigabyte_of_rows(launcher: Launcher, tmp_path: Path):
    small = train_and_evaluate(launcher, write(tmp_path / "small.tsv", 8 << 20), tmp_path / "small")
    large_file = write(tmp_path / "large.tsv", GIGABYTE)
    began = time.monotonic()
    try:
        large = train_and_evaluate(launcher, large_file, tmp_path / "large")
    finally:
        large_file.unlink()
    took = time.monotonic() - began
    more = [big.peak - little.peak for big, little in zip(large, small, strict=True)]
    print(
        f"\na table of 1 GB trained at a peak of {large[0].peak / 1e6:,.0f} MB of resident memory, "
        f"{more[0] / 1e6:+,.0f} MB to a table of 8 MB; evaluated at {large[1].peak / 1e6:,.0f} MB, "
        f"{more[1] / 1e6:+,.0f} MB; {took:.0f} s for both"
    )
    assert json.loads(large[1].out)["metrics"]["loss"] > 0
    # Encoded examples are kept as far as they fit in there; of the others only where they lie, and how long they are.
    assert more[0] < kept_bytes() + GIGABYTE / 3
    assert more[1] < GIGABYTE / 8
