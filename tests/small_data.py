"""Small files such as users have, one for each built-in task that reads examples: a training on them takes seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def reviews(folder: Path) -> str:
    rows = [f'"the film was {word}, I say {number}",{label}' for number in range(30) for word, label in MOODS]
    (folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    return str(folder / "reviews.csv")


MOODS = [("good", "positive"), ("bad", "negative"), ("dull", "negative"), ("fine", "positive")]


def sentences(folder: Path) -> str:
    numbers = ["one", "two", "three", "four", "five", "six"]
    rows = [f"{a} and {b}\t{b} et {a}" for a in numbers for b in numbers if a != b]
    (folder / "pairs.tsv").write_text("source\ttarget\n" + "\n".join(rows) + "\n")
    return str(folder / "pairs.tsv")


def gestures(folder: Path) -> str:
    draw = np.random.default_rng(0)
    for number in range(12):
        features = draw.normal(size=(8 + number % 5, 3)).astype(np.float32)
        labels = np.where(features[:, 0] > 0, "up", "down")
        np.savez(folder / f"{number}.npz", features=features, labels=labels)
    return str(folder)


def drawings(folder: Path) -> str:
    from PIL import Image

    rows = ["picture,caption"]
    for number in range(24):
        name, colour = [("red", (220, 30, 30)), ("green", (30, 200, 30)), ("blue", (30, 30, 220))][number % 3]
        Image.new("RGB", (12, 10 + number % 3), colour).save(folder / f"{number}.png")
        rows += [f"{number}.png,a {name} image", f"{number}.png,something {name}"]
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    return str(folder / "captions.csv")


SMALL_DATA = {"sentiment": reviews, "translation": sentences, "captioning": drawings, "frames": gestures}


def small_data(task: str, folder: Path) -> list[str]:
    """Write the small data of a task, and give the arguments that name them."""
    folder.mkdir(parents=True, exist_ok=True)
    return [f"data={SMALL_DATA[task](folder)}", "data.validation=0.2", "data.test=0.2"]
