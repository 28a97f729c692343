"""A table of any size is read, split and batched in the same memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

USE = """
import resource, sys
import numpy as np
from zoo.data import EncodedExamples, ExampleBatches, read_pairs
splits = read_pairs(sys.argv[1], validation=0.01, test=0.01)
encode = lambda example: {role: np.arange(len(text.split()), dtype=np.int32) for role, text in example.items()}
batches = ExampleBatches(EncodedExamples(splits.train, encode, memory=1 << 20), tokens=2048)
for _, batch in zip(range(50), batches.epoch(0)):
    assert batch["weights"].any()
print(len(splits.train), len(splits.validation), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
PAIR = "a sentence of some words {number}, " * 8


def use(folder: Path, rows: int) -> list[int]:
    """How many pairs there were to train on and to validate on, and the most memory in MB."""
    path = folder / f"{rows}.tsv"
    with path.open("w") as stream:
        stream.write("source\ttarget\n")
        for number in range(rows):
            text = PAIR.format(number=number)[: 40 + number % 200]
            stream.write(f"{number} {text}\t{text}\n")
    done = subprocess.run([sys.executable, "-c", USE, str(path)], capture_output=True, text=True, timeout=600)
    path.unlink()
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


@pytest.mark.slow
def test_a_large_table_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    train, held, small = use(tmp_path, 3_000)
    assert (train, held) == (2940, 30)
    train, held, large = use(tmp_path, 600_000)  # some 170 MB
    assert train + 2 * held == 600_000
    assert large - small < 60, f"{small} MB for a small table, {large} MB for a large one"
