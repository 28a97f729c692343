"""Replicas and workers beside one replica on one core, by turns: `python benchmarks/scaling.py [ROUNDS]`.

A character model of two layers of 256, and a translation model with short and long steps; the rows of the whole batch
are the same everywhere.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from running import measure

TASKS = {
    "charlm": "task=charlm model.units=256 model.layers=2 batch.size=64 batch.length=64 train.steps=60",
    "translation, 96 pairs": "task=translation batch.size=96 train.steps=300",
    "translation, 192 pairs": "task=translation batch.size=192 train.steps=160",
}
KINDS = {
    "1 replica": "device.replicas=1 device.threads=1",
    "2 replicas": "device.replicas=2 device.threads=1",
    "2 workers": "device=workers device.local_workers=2 device.threads=1",
}


def main(rounds: str = "3") -> None:
    """Measure, and print the table of medians."""
    print("| task | " + " | ".join(f"{kind}, tokens/s" for kind in KINDS) + " | 2 replicas / 1 | 2 workers / 1 |")
    print("|---|" + "---|" * (len(KINDS) + 2))
    for task, words in TASKS.items():
        steps = int(words.rpartition("=")[2])
        speeds: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for turn in range(int(rounds)):
            for kind, device in KINDS.items():
                with tempfile.TemporaryDirectory() as folder:
                    more = f"train.evaluate_every={steps // 2} {device}".split()
                    speeds[kind].append(measure(Path(folder) / str(turn), *words.split(), *more).speed)
        one, *others = (statistics.median(found) for found in speeds.values())
        cells = [f"{speed:,.0f}" for speed in (one, *others)] + [f"{speed / one:.2f}" for speed in others]
        print(f"| {task} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
