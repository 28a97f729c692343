"""What a user gets who names files and minutes, and nothing else: the defaults that follow the data.

Each data set is trained on three ways, with the same minutes: by `data=` alone; by the task's fixed defaults, which fit
its own data (`fixed`); and with `--trials 12` by as many random settings, of which the best in validation counts
(`search`). Measured on the test split.

    python benchmarks/defaults.py --data ../shared/data --minutes 10
    python benchmarks/defaults.py --data ../shared/data --minutes 5 --only "sentiment, rotten-tomatoes"
    python benchmarks/defaults.py --data ../shared/data --minutes 10 --only "translation, multi30k" --trials 12
    python benchmarks/defaults.py --data ../shared/data --minutes 0 --only "translation, multi30k"

With `--minutes 0` the defaults say how long to train, and nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from real_data import DATA_SETS, DataSet

# What is measured, and whether more of it is better.
METRICS = {
    "translation": ("bleu", True),
    "sentiment": ("accuracy", True),
    "charlm": ("nats", False),
    "captioning": ("bleu4", True),
    "frames": ("macro_f1", True),
}
TEXT = {
    "model.units": (128, 192, 256, 384, 512),
    "model.dropout": (0.1, 0.2, 0.3, 0.4, 0.5),
    "train.learning_rate": (7e-4, 1.5e-3, 3e-3, 6e-3),
    "batch.size": (16, 32, 64, 128),
}
# What a search draws from; all else follows the data.
SEARCH = {
    "translation": {**TEXT, "text.vocabulary": (1000, 2000, 4000, 8000)},
    "captioning": {**TEXT, "text.least": (1, 2, 5)},
    "sentiment": {
        **TEXT,
        "model.units": (32, 64, 128),
        "model.pooling": ("max", "mean", "attention"),
        "model.word_dropout": (0.0, 0.1, 0.3),
        "text.least": (1, 2),
    },
    "charlm": {**TEXT, "model.layers": (1, 2), "train.learning_rate": (2e-3, 5e-3, 1e-2, 2e-2)},
    "frames": {**TEXT, "model.units": (16, 32, 64, 128), "batch.size": (1, 2, 4, 8)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--minutes", type=float, default=10, help="of each training; 0: as long as the defaults say")
    parser.add_argument("--trials", type=int, default=0, help="random trials for each data set")
    parser.add_argument("--only", default="", help="a task, or a task and a data set: 'charlm, tinyshakespeare'")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print("| task | data | way | metric | value | seconds | steps | settings |")
    print("|---|---|---|---|---|---|---|---|")
    for found in DATA_SETS:
        if given.only in ("", found.task, f"{found.task}, {found.name}"):
            compare(found, given.data, given.minutes, given.trials, given.seed)


def compare(found: DataSet, root: Path, minutes: float, trials: int, seed: int) -> None:
    """Train on a data set every way, and print a row each."""
    metric, more = METRICS[found.task]
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        (here / "data").mkdir()
        data = [f"data={found.write(root, here / 'data')}", f"seed={seed}"]
        limit = [f"train.minutes={minutes:g}"] if minutes else []
        show(found, "data", train(found.task, here / "defaults", [*data, *limit]), "test")
        if not minutes:
            return
        fixed = here / "fixed.yaml"
        fixed.write_text(fixed_settings(found.task))
        show(found, "fixed", train(found.task, here / "fixed", [f"config={fixed}", *data, *limit]), "test")
        draw, tried = random.Random(seed), []
        for number in range(trials):
            chosen = [f"{key}={draw.choice(values)}" for key, values in SEARCH[found.task].items()]
            if found.task == "translation":
                chosen += ["text.unit=piece"]
            seconds, run = train(found.task, here / f"trial{number}", [*data, *limit, *chosen])
            value = evaluate(run, "validation")[metric]
            show(found, f"trial {number}", (seconds, run), "validation", " ".join(chosen))
            tried.append((value if more else -value, number, seconds, run, " ".join(chosen)))
        if tried:
            _, number, seconds, run, words = max(tried)
            show(found, f"search: trial {number}", (seconds, run), "test", words)


def train(task: str, out: Path, words: Sequence[str]) -> tuple[float, Path]:
    """Train by `zoo run`; returns the seconds of the whole command, and the run's folder."""
    began = time.perf_counter()
    zoo("run", f"task={task}", f"out={out}", *words)
    return time.perf_counter() - began, out


def evaluate(run: Path, split: str) -> dict[str, float]:
    """Measure a run by `zoo evaluate`."""
    found = json.loads(zoo("evaluate", str(run), f"split={split}", "--json"))
    metrics: dict[str, float] = found.get("metrics", found)
    return metrics


def zoo(*words: str) -> str:
    """Run the command; what it writes to standard output."""
    done = subprocess.run([sys.executable, "-m", "zoo", *words], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"zoo {' '.join(words)} ended with {done.returncode}")
    return done.stdout


def fixed_settings(task: str) -> str:
    """The task's defaults, all of them given, so that nothing follows the data."""
    shown = json.loads(zoo("show", f"task={task}", "--json"))["settings"]
    without = ("preset", "out", "seed", "data.source", "train.steps", "train.epochs", "train.minutes")
    return json.dumps({row["name"]: row["value"] for row in shown if row["name"] not in without})


def show(found: DataSet, way: str, trained: tuple[float, Path], split: str, words: str = "") -> None:
    """Print a row."""
    seconds, run = trained
    metric, _ = METRICS[found.task]
    steps = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])["step"]
    value = evaluate(run, split)[metric]
    cells = (found.task, found.name, way, f"{split} {metric}", f"{value:.4g}", f"{seconds:.0f}", f"{steps:,}", words)
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
