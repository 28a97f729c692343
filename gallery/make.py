"""Makes the wheels of the gallery: trains, exports, measures the exported model on held-out data, and packages it.

    python gallery/make.py                              all models
    python gallery/make.py shakespeare                  one of them
    python gallery/make.py shakespeare run=runs/mine    of a run that is trained already

The data of the Shakespeare is downloaded (`ZOO_MIRROR=FOLDER` takes it from there); it is read and never stored here.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import zoo
from zoo.runs.packaging import package
from zoo.runtime import Bundle, load
from zoo.runtime.manifest import read_bundle_manifest, write_bundle_manifest

HERE = Path(__file__).parent
PIECE = 1000
LARGEST = 5_000_000


@dataclass(frozen=True)
class GalleryModel:
    """A model of the gallery.

    Attributes:
        task: its task.
        settings: of the training.
        title: the first line of its card.
        data: what it was trained on, for the card.
        precision: of the weights.
        measure: measures a bundle on the run's held-out data: name -> value.
        example: a command that shows it, and what it answers is added to the card.
    """

    task: str
    settings: Mapping[str, Any]
    title: str
    data: str
    precision: str
    measure: Callable[[zoo.Run, Bundle], dict[str, str]]
    example: tuple[str, str]


def measure_text(run: zoo.Run, bundle: Bundle) -> dict[str, str]:
    """Nats for each character of all the held-out text, in pieces that are scored by themselves."""
    text = "".join(chunk for example in run.splits.validation for chunk in example["target"].chunks())
    pieces = [text[begin : begin + PIECE] for begin in range(0, len(text), PIECE)]
    nats = -sum(float(score.tokens.sum()) for score in bundle.score(pieces)) / len(text)
    return {
        "held-out text": f"the last {len(text):,} characters, in pieces of {PIECE:,}",
        "nats for each character": f"{nats:.3f}",
        "bits for each character": f"{nats / math.log(2):.3f}",
    }


def measure_translations(run: zoo.Run, bundle: Bundle) -> dict[str, str]:
    """BLEU and exact matches of the test split."""
    examples = list(islice(run.splits.test, 1000))
    answers = bundle.answer([example["source"] for example in examples])
    metrics = run.topology.judge(examples, answers).metrics
    found = {"held-out sentences": f"{len(examples):,}, each with a combination of words that no training sentence has"}
    return found | {name: f"{value:.4g}" for name, value in metrics.items()}


MODELS = {
    "shakespeare": GalleryModel(
        task="charlm",
        settings={"data": "tinyshakespeare", "preset": "small", "train": {"minutes": 7.0}},
        title="A character model of Shakespeare",
        data="Tiny Shakespeare (A. Karpathy 2015), 1,115,394 characters, the first 90 % of them; public domain",
        precision="float16",
        measure=measure_text,
        example=("sample", "ROMEO:"),
    ),
    "phrasebook": GalleryModel(
        task="translation",
        settings={"train": {"steps": 4000}},
        title="An English-French phrasebook",
        data="the phrasebook that the zoo generates from patterns, 20,000 sentences",
        precision="float16",
        measure=measure_translations,
        example=("predict", "The teacher did not find the umbrella last Sunday."),
    ),
}


def make(name: str, folder: str = "") -> Path:
    """Make a wheel.

    Args:
        name: of the model.
        folder: of a run that is trained already; empty to train one.

    Returns:
        The wheel.
    """
    model = MODELS[name]
    run = zoo.load(folder) if folder else zoo.run(model.task, **model.settings)
    assert isinstance(run, zoo.Run)
    with tempfile.TemporaryDirectory() as temporary:
        bundle = run.export(Path(temporary) / name, precision=model.precision, license="MIT").path
        answers = load(bundle)
        measured = model.measure(run, answers)
        command, given = model.example
        shown = given + answers.sample(given, seed=1, length=300) if command == "sample" else answers.predict(given)[0]
        words = f'prime="{given}" length=300 seed=1' if command == "sample" else f'"{given}"'
        card = (bundle / "README.md").read_text(encoding="utf-8").split("\n", 1)[1]
        rows = "\n".join(f"| {key} | {value} |" for key, value in measured.items())
        lines = [
            f"# {model.title}",
            card.replace(_data_line(card), f"- Data: {model.data}").rstrip("\n"),
            f"\n## Measured\n\n| | |\n|---|---|\n{rows}",
            f"\n## Example\n\n```console\n$ zoo {command} {name} {words}\n{shown}\n```\n",
        ]
        (bundle / "README.md").write_text("\n".join(lines), encoding="utf-8")
        write_bundle_manifest(bundle, read_bundle_manifest(bundle, verify=False))
        wheel = package(str(bundle), name, out=str(HERE), version="1.0")
    size = os.path.getsize(wheel)
    if size > LARGEST:
        wheel.unlink()
        raise zoo.ZooError(f"{wheel.name} has {size:,} bytes, more than {LARGEST:,}; use fewer units, or int8")
    return wheel


def _data_line(card: str) -> str:
    return next(line for line in card.splitlines() if line.startswith("- Data:"))


def main(words: list[str]) -> None:
    """Make the wheels that the command line names."""
    names = [word for word in words if "=" not in word] or list(MODELS)
    folders = [word.removeprefix("run=") for word in words if word.startswith("run=")]
    for name in names:
        print(make(name, *folders))


if __name__ == "__main__":
    main(sys.argv[1:])
