"""Gesture phases, a recording left out at a time: every fold of `data=gesture-phase`, and what a constant would reach.

Each fold trains on five recordings, keeps the weights that do best on a sixth, and is tested on the seventh, as a
whole. The row `always` answers every frame with the most frequent phase of the training recordings.

    python benchmarks/gesture_phase.py
    python benchmarks/gesture_phase.py --folds 0,3 --split validation model.units=32 train.steps=300

Words are settings of `zoo run task=frames`; without any the preset `gesture` is measured.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence

import zoo
from zoo.data import Splits
from zoo.data.named.gesture_phase import RECORDINGS
from zoo.metrics import frame_metrics

METRICS = ("accuracy", "macro_f1", "edit", "f1@10", "f1@25", "f1@50")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", default=",".join(map(str, range(len(RECORDINGS)))), help="with commas between them")
    parser.add_argument("--split", default="test", choices=("validation", "test"), help="what to measure on")
    parser.add_argument("--out", default="", help="folder for the runs; by default they are not kept")
    parser.add_argument("words", nargs="*", default=[], help="settings; by default preset=gesture")
    given = parser.parse_args()
    rows, constants = [], []
    print("| left out | model | " + " | ".join(METRICS) + " | steps | seconds |")
    print("|---|---|" + "---|" * (len(METRICS) + 2))
    with tempfile.TemporaryDirectory() as folder:
        for fold in map(int, given.folds.split(",")):
            words = given.words or ["preset=gesture"]
            out = f"out={given.out or folder}/{fold}"
            run = zoo.run("frames", arguments=["data=gesture-phase", f"data.fold={fold}", out, *words])
            scores = run.evaluate(given.split)
            constant = majority(run.task.splits(), given.split)
            name, last = RECORDINGS[fold], run.metrics[-1]
            show(name, "always", constant)
            show(name, "tagger", scores, f"{last['step']}", f"{last['seconds']:.0f}")
            rows.append(scores)
            constants.append(constant)
    show("mean", "always", mean(constants))
    show("mean", "tagger", mean(rows))


def majority(splits: Splits, split: str) -> dict[str, float]:
    """What the most frequent label of the training recordings reaches on another split."""
    most = Counter(label for example in splits.train for label in example["target"]).most_common(1)[0][0]
    truths = [example["target"] for example in getattr(splits, split)]
    return frame_metrics(truths, [[most] * len(truth) for truth in truths])


def mean(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(row[name] for row in scores) / len(scores) for name in METRICS}


def show(recording: str, model: str, scores: Mapping[str, float], steps: str = "", seconds: str = "") -> None:
    shares = ("accuracy", "macro_f1")  # from 0 to 1; the others are from 0 to 100
    numbers = [f"{scores[name]:.{3 if name in shares else 1}f}" for name in METRICS]
    print(f"| {recording} | {model} | {' | '.join(numbers)} | {steps} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
