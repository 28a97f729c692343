"""The readers beside each other, at about 100,000 weights: `python readers.py DATA FOLDER [READER...]`.

DATA is mnist-10k or digits. Runs are kept in FOLDER; one that is there already is not trained again, and one that was
killed goes on. The table goes to standard output.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TypeAlias

import zoo

Parts: TypeAlias = dict[str, dict[str, object]]
"""Settings by part."""

# Units, so that each reader has about 100,000 weights on images of that size.
UNITS = {
    "mnist-10k": {"dense": 112, "convolution": 46, "rows": 144, "pixels": 180, "glimpses": 100},
    "digits": {"dense": 59, "convolution": 22, "rows": 138, "pixels": 180, "glimpses": 94},
}
EPOCH = 125  # steps: 8,000 images in batches of 64
SCALES = {"mnist-10k": 1, "digits": 3}


def readers(data: str) -> dict[str, Parts]:
    """Give the settings of each row of the table."""
    units = UNITS[data]

    def train(epochs: int) -> dict[str, object]:
        # An evaluation reads every image in several episodes: not after each epoch.
        return {"epochs": epochs, "evaluate_every": 5 * EPOCH}

    def whole(network: str, epochs: int) -> Parts:
        return {"model": {"reader": "whole", "network": network, "units": units[network]}, "train": train(epochs)}

    def glimpses(count: int) -> Parts:
        look = {"count": count, "scales": SCALES[data], "width": 64}
        return {"model": {"units": units["glimpses"]}, "glimpses": look, "train": train(30)}

    found = {
        "whole, dense": whole("dense", 20),
        "whole, convolution": whole("convolution", 10),
        "rows": {"model": {"reader": "rows", "units": units["rows"]}, "train": train(15)},
        **{f"glimpses, {count}": glimpses(count) for count in (2, 4, 6)},
        "pixels": {"model": {"reader": "pixels", "cell": "gru", "units": units["pixels"]}, "train": train(2)},
    }
    if data == "digits":
        wide = whole("dense", 20)
        found["whole, dense, 256 units"] = {**wide, "model": {**wide["model"], "units": 256}}
    return found


def measure(data: str, name: str, settings: Parts, folder: Path) -> dict[str, float]:
    """Train a reader, or read its run, and measure it on the test split."""
    out = folder / name.replace(", ", "-").replace(" ", "-")
    result = out / "result.json"
    if not result.exists():
        if (out / "run.json").exists():
            run = zoo.load(out).resume()
        else:
            run = zoo.run("glimpse", data=data, out=str(out), **settings)
        last = run.metrics[-1]
        told = {"weights": run.model.count_params(), "epochs": last["epoch"], "seconds": last["seconds"]}
        for split in ("validation", "test"):
            told[split] = 100 * (1 - run.evaluate(split)["accuracy"])
        result.write_text(json.dumps(told) + "\n", encoding="utf-8")
    return dict(json.loads(result.read_text(encoding="utf-8")))


def main(words: list[str]) -> None:
    """Measure, and print the table."""
    data, folder, wanted = words[0], Path(words[1]), words[2:]
    print("| reader | weights | epochs | seconds of training | error on validation, % | error on test, % |")
    print("|---|---|---|---|---|---|")
    for name, settings in readers(data).items():
        if wanted and name not in wanted:
            continue
        row = measure(data, name, settings, folder)
        print(
            f"| {name} | {row['weights']:,} | {row['epochs']:g} | {row['seconds']:.0f} "
            f"| {row['validation']:.1f} | {row['test']:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
