"""How time and memory grow with the corpus, the length of a window and the units: `python benchmarks/growth.py`.

A character model on bytes of composed text, on one core; a row is one training of some steps.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from running import measure

BASE = "task=charlm text.unit=byte batch.size=32 device.replicas=1 device.threads=1"
TOKENS = 32 * 64  # of a step; where the window grows there are fewer rows


def corpus(path: Path, megabytes: int) -> Path:
    """Write a text of random words."""
    draw = random.Random(megabytes)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(5000)]
    with path.open("w", encoding="ascii") as stream:
        for _ in range(megabytes):
            text = " ".join(draw.choices(words, k=160_000))[: 1 << 20]
            stream.write("\n".join(text[start : start + 79] for start in range(0, len(text), 79)) + "\n")
    return path


def row(folder: Path, what: str, steps: int, *words: str) -> None:
    """Train, and print a row."""
    found = measure(folder / what.replace(" ", "-"), *BASE.split(), *words, *ended(steps))
    print(f"| {what} | {found.speed:,.0f} | {1e6 / found.speed:.1f} | {found.peak:,.0f} |", flush=True)


def ended(steps: int) -> list[str]:
    """Words that end a training after some steps, with two evaluations."""
    return [f"train.steps={steps}", f"train.evaluate_every={steps // 2}"]


def main() -> None:
    """Measure, and print the table."""
    print("| | tokens a second | microseconds a token | peak memory, MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = {size: corpus(folder / f"{size}.txt", size) for size in (1, 10, 100)}
        # An evaluation reads the whole of its split, which is no part of the question.
        for size, text in texts.items():
            share = f"data.validation={0.02 / size:.6f}"
            row(folder, f"{size} MB of text", 200, f"data={text}", share, "data.test=0", "batch.length=64")
        for length in (64, 128, 256, 512, 1024):
            rows = TOKENS * 4 // length
            words = (f"data={texts[1]}", f"batch.length={length}", f"batch.size={rows}", "data.validation=0.02")
            row(folder, f"windows of {length}", 60, *words, "data.test=0")
        for units in (64, 128, 256, 512, 1024):
            words = (f"data={texts[1]}", f"model.units={units}", "batch.length=64", "data.validation=0.02")
            row(folder, f"{units} units", 40, *words, "data.test=0")


if __name__ == "__main__":
    main()
