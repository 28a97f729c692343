"""Tables of pictures as people have them: from Windows, with quotes, with pictures of every kind, and with mistakes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import zoo
from zoo.codecs import ImageCodec
from zoo.data import read_captions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in "abcd":
        Image.new("RGB", (6, 4), (200, 100, 50)).save(tmp_path / "images" / f"{name}.png")
    return tmp_path


def texts(table: Path, **more: str) -> list[str]:
    return [example["target"] for example in read_captions(table, validation=0, test=0, **more).train]


def test_a_table_from_windows(folder: Path):
    rows = ["image,caption", 'a.png,"a boat, ""small"" and red"', "b.png,un b\u00e2teau", "", "c.png,\u8239"]
    (folder / "captions.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert texts(folder) == ['a boat, "small" and red', "un b\u00e2teau", "\u8239"]
    (folder / "captions.csv").unlink()
    (folder / "my.token.txt").write_bytes(b'\xef\xbb\xbfa.png#0\t"a" boat .\r\na.png#1\tred\r\n\r\nb.png#0\tblue\r\n')
    assert texts(folder) == ['"a" boat .', "red", "blue"]
    (folder / "my.token.txt").unlink()
    (folder / "captions.tsv").write_bytes(b"\xef\xbb\xbfimage\tcaption\r\nimages\\a.png\tone\r\nimages/b.png\ttwo\r\n")
    assert texts(folder) == ["one", "two"], "pictures may be named with their folder"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("captions.csv", "image,caption\na.png,fine\nb.png,\nc.png,good\n", r"captions.csv: line 3: target is empty"),
        ("captions.csv", "image,caption\na.png,fine\nx.png,gone\nc.png,good\n", r"captions.csv: line 3: no image 'x"),
        ("my.token.txt", "a.png#0\tfine\nb.png#0\t \nc.png#0\tgood\n", r"my.token.txt: line 2: the caption is empty"),
        ("my.token.txt", "a.png#0\tfine\nb.png#0 no tab\nc.png#0\tgood\n", r"my.token.txt: line 2: no tab between"),
        (
            "captions.jsonl",
            '{"image": "a.png", "caption": "fine"}\n{"image": "b.png", "captions": ["", "x"]}\n'
            '{"image": "c.png", "caption": "good"}\n',
            r"captions.jsonl: line 2: target is empty",
        ),
        (
            "dataset.json",
            '{"images": [{"filename": "a.png", "sentences": [{"raw": "fine"}]}, {"filename": "b.png", "sentences": []},'
            ' {"filename": "c.png", "sentences": [{"raw": "good"}]}]}',
            r"dataset.json: image 2: image 'b.png' has no caption",
        ),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line_or_left_out_and_counted(
    folder: Path, name: str, content: str, problem: str
):
    (folder / name).write_text(content)
    with pytest.raises(zoo.ZooError, match=problem):
        read_captions(folder)
    splits = read_captions(folder, validation=0, test=0, on_error="skip")
    assert [example["target"] for example in splits.train] == ["fine", "good"]
    assert splits.notes[0].startswith("skipped 1 example; the first: ")


def test_a_truncated_picture_stops_a_run_with_the_line_that_names_it(folder: Path):
    Image.effect_noise((64, 64), 50).save(folder / "images" / "b.png")
    whole = (folder / "images" / "b.png").read_bytes()
    (folder / "images" / "b.png").write_bytes(whole[: len(whole) // 2])
    (folder / "captions.csv").write_text("image,caption\n" + "".join(f"{name}.png,picture {name}\n" for name in "abcd"))
    words = {"data": {"source": str(folder), "validation": 0.0, "test": 0.0}, "preset": "tiny"}
    with pytest.raises(zoo.ZooError, match=r"^captions.csv: line 3: .*b.png: the image is damaged: ") as error:
        zoo.run("captioning", **words, out=str(folder / "run"))
    assert "\n" not in str(error.value) and not (folder / "run").exists()
    assert texts(folder, on_error="skip") == ["picture a", "picture c", "picture d"]


def test_a_photograph_is_upright_whatever_way_the_camera_was_held(tmp_path: Path):
    """The orientation that cameras write into the file is followed."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4] = 255  # white above, black below
    turned = Image.fromarray(np.rot90(pixels).copy())
    tags = Image.Exif()
    tags[0x0112] = 6  # to be turned by 90 degrees, clockwise
    turned.save(tmp_path / "turned.png", exif=tags)
    encoded = ImageCodec(8, 8).encode(tmp_path / "turned.png")
    np.testing.assert_array_equal(encoded, pixels)
