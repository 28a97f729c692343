"""bfloat16 beside float32, the same steps by turns: `python benchmarks/precision.py [ROUNDS]`.

What is compared is the speed of training and the metrics on the validation split after as many steps.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from running import Measured, measure

TASKS = {
    "charlm": "task=charlm model.units=512 batch.size=64 train.steps=300",
    "translation": "task=translation model.units=512 model.embedding=256 batch.size=96 train.steps=600",
}


def main(rounds: str = "2") -> None:
    """Measure, and print the table."""
    print("| task | float32, tokens/s | bfloat16, tokens/s | bfloat16 / float32 | loss, float32 | loss, bfloat16 |")
    print("|---|---|---|---|---|---|")
    for task, words in TASKS.items():
        steps = int(words.rpartition("=")[2])
        found: dict[str, list[Measured]] = {"float32": [], "bfloat16": []}
        for turn in range(int(rounds)):
            for precision, runs in found.items():
                with tempfile.TemporaryDirectory() as folder:
                    more = f"train.evaluate_every={steps // 3} device.precision={precision}".split()
                    runs.append(measure(Path(folder) / str(turn), *words.split(), *more))
        speeds = [statistics.median(run.speed for run in runs) for runs in found.values()]
        losses = [runs[-1].metrics[-1]["validation"]["loss"] for runs in found.values()]
        print(
            f"| {task} | {speeds[0]:,.0f} | {speeds[1]:,.0f} | {speeds[1] / speeds[0]:.2f} "
            f"| {losses[0]:.4f} | {losses[1]:.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
