"""The guide to data: its samples are read, and its table is the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zoo.data
from tests.data.readers.drawn_video import draw_video
from zoo.codecs.codec import RawValue
from zoo.data import Splits
from zoo.data.named import catalogue

GUIDE = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
SAMPLES = [
    (name, reader, text)
    for reader, name, text in re.findall(r"<!-- (\w+): (\S+) -->\n```\w*\n(.*?)\n```", GUIDE, re.DOTALL)
]


def examples(name: str, reader: str, folder: Path) -> list[dict[str, RawValue]]:
    read: Callable[..., Splits] = getattr(zoo.data, reader)
    source = f"{folder / 'corpus.en'},{folder / 'corpus.fr'}" if name.startswith("corpus") else str(folder / name)
    if reader == "read_clips":
        source = str(folder)
    elif reader == "read_features":
        (folder / "sequences").mkdir()
        (folder / name).rename(folder / "sequences" / name)
        source = str(folder / "sequences")
    splits = read(source, validation=0, test=0)
    return [dict(example) for _, part in splits.items() for example in part]


@pytest.mark.parametrize(("name", "reader", "text"), SAMPLES, ids=[name for name, _, _ in SAMPLES])
def test_a_sample_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reader: str, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    for other, _, content in SAMPLES:
        if other == name or other.startswith("corpus"):
            if other.endswith("/"):
                for line in content.splitlines():
                    path = tmp_path / other / line
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(f"the text of {line}")
            elif other.endswith(".npz"):
                exec(content, {})
            else:
                (tmp_path / other).write_text(content, encoding="utf-8")
    for picture in ("images/boat.jpg", "images/dog.jpg", "images/cat.jpg", "walk/0001.png", "walk/0002.png"):
        (tmp_path / picture).parent.mkdir(exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / picture)
    if name == "videos.csv":
        draw_video(tmp_path / "walk.mp4", frames=2)
    found = examples(name, reader, tmp_path)
    if reader in ("read_features", "read_clips"):
        (example,) = found
        assert len(example["source"]) == len(example["target"]) and set(example["target"]) == {"rest", "step"}
        assert reader == "read_clips" or isinstance(example["source"], np.ndarray)
        return
    header = bool(re.match(r"(text|source|image)[,\t]", text))
    rows = len(text.splitlines()) - header
    assert len(found) == (4 if name == "captions.jsonl" else rows)
    assert all(example["source"] and example["target"] for example in found)
    if reader == "read_labelled_texts":
        assert {example["target"] for example in found} == {"good", "bad"}


def test_every_kind_of_file_has_a_sample() -> None:
    assert {reader for _, reader, _ in SAMPLES} == {
        "read_labelled_texts",
        "read_pairs",
        "read_captions",
        "read_features",
        "read_clips",
    }
    assert len(SAMPLES) == 16


def test_the_table_is_the_catalogue() -> None:
    rows = [line.strip("| ").split(" | ") for line in GUIDE.splitlines() if re.match(r"\| `[a-z]", line)]
    assert [row for row in rows if len(row) > 4] == [
        [
            f"`{recipe.name}`" + ("" if recipe.tested else " (untested)"),
            recipe.topology,
            recipe.summary,
            recipe.split,
            recipe.licence,
        ]
        for recipe in catalogue().values()
    ]


def test_every_data_set_has_its_citation() -> None:
    cited = re.findall(r"^- `([a-z0-9-]+)`: ((?:.+\n)(?:  .+\n)*)", GUIDE, re.MULTILINE)
    assert [(name, " ".join(text.split())) for name, text in cited] == [
        (recipe.name, recipe.citation) for recipe in catalogue().values()
    ]
