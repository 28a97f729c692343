"""Captions as they are published: Kaggle's tables, COCO's files, lists of files with captions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from zoo.data import read_captions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(tmp_path / "images" / f"{number}.jpg")
    return tmp_path


def captions(folder: Path | str) -> list[tuple[str, str]]:
    train = read_captions(folder, validation=0, test=0).train
    return [(example["source"].name, example["target"]) for example in train]


WANTED = [("0.jpg", "a dog, running"), ("0.jpg", "a dog"), ("1.jpg", "a cat")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("captions.txt", 'image,caption\n0.jpg,"a dog, running"\n0.jpg,a dog\n1.jpg,a cat\n'),
        (
            "results.csv",
            "image_name| comment_number| comment\n0.jpg| 0| a dog, running\n0.jpg| 1| a dog\n1.jpg| 0| a cat\n",
        ),
        ("captions.json", json.dumps([{"file_name": a, "text": b} for a, b in WANTED])),
        (
            "captions.json",
            json.dumps(
                [{"image": "0.jpg", "captions": ["a dog, running", "a dog"]}, {"image": "1.jpg", "captions": ["a cat"]}]
            ),
        ),
        ("captions.json", json.dumps({"0.jpg": ["a dog, running", "a dog"], "1.jpg": "a cat"})),
    ],
)
def test_tables_and_lists(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    assert captions(folder) == WANTED
    assert captions(str(folder / name)) == WANTED


def test_coco_with_its_split(folder: Path) -> None:
    (folder / "annotations").mkdir()
    for split, numbers in (("train", (0, 1)), ("val", (2,))):
        (folder / "images").joinpath(f"{split}2017").mkdir()
        for number in numbers:
            (folder / "images" / f"{number}.jpg").rename(folder / "images" / f"{split}2017" / f"{number}.jpg")
        images = [{"id": 100 + number, "file_name": f"{number}.jpg"} for number in numbers]
        notes = [
            {"image_id": 100 + number, "caption": f"{word} of {number} "}
            for number in numbers
            for word in ("one", "two")
        ]
        (folder / "annotations" / f"captions_{split}2017.json").write_text(
            json.dumps({"images": images, "annotations": notes})
        )
    splits = read_captions(folder / "annotations", test=0)
    assert [(one["source"].name, one["target"]) for one in splits.train] == [
        ("0.jpg", "one of 0"),
        ("0.jpg", "two of 0"),
        ("1.jpg", "one of 1"),
        ("1.jpg", "two of 1"),
    ]
    assert [one["references"] for one in splits.validation] == [("one of 2", "two of 2")]
    assert len(splits.test) == 0


def test_a_column_of_splits(folder: Path) -> None:
    (folder / "captions.csv").write_text("image,caption,split\n0.jpg,a,train\n1.jpg,b,val\n2.jpg,c,test\n")
    splits = read_captions(folder)
    assert [[one["target"] for one in part] for _, part in splits.items()] == [["a"], ["b"], ["c"]]
