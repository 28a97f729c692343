"""Users' own files of every kind: what they give, how they are split, and how bad ones are named."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zoo.codecs.codec import RawExample
from zoo.data.readers.aligned_files import AlignedFiles
from zoo.data.readers.captions import read_captions
from zoo.data.readers.class_folders import read_class_folders
from zoo.data.readers.clips import read_clips
from zoo.data.readers.features import read_features
from zoo.data.readers.labelled_texts import read_labelled_texts
from zoo.data.readers.pairs import read_pairs
from zoo.data.splitting.splits import Splits
from zoo.errors import ZooError


def sizes(splits: Splits) -> list[int]:
    return [len(part) for _, part in splits.items()]


def everything(splits: Splits) -> list[RawExample]:
    return [example for _, part in splits.items() for example in part]


class TestAligned:
    def write(self, folder: Path, source: bytes, target: bytes) -> tuple[Path, Path]:
        paths = folder / "a.en", folder / "a.fr"
        paths[0].write_bytes(source)
        paths[1].write_bytes(target)
        return paths

    def test_lines_belong_together(self, tmp_path: Path) -> None:
        paths = self.write(tmp_path, "\ufeffone\r\n\r\ntwo\u2028!\r\n".encode(), "un\n\nd\u00e9ux".encode())
        pairs = AlignedFiles(*paths).rows()
        assert list(pairs) == [{"source": "one", "target": "un"}, {"source": "two\u2028!", "target": "d\u00e9ux"}]
        assert everything(read_pairs(f"{paths[0]},{paths[1]}", validation=0, test=0)) == list(pairs)

    @pytest.mark.parametrize(
        ("source", "target", "problem"),
        [
            (b"a\nb\nc\n", b"x\ny\n", r"a.en: line 3: no such line in a.fr; the files must have the same number"),
            (b"a\nb\n", b"x\ny\nz", r"a.fr: line 3: no such line in a.en"),
            (b"a\n\nc\n", b"x\ny\nz\n", r"a.en: line 2: empty"),
            (b"a\nb\n", b"x\n\xe9\n", r"a.fr: line 2: byte 1 of the line is not valid UTF-8"),
            (b"", b"", r"a.en and a.fr: no pairs of lines"),
        ],
    )
    def test_bad_lines_are_named(self, tmp_path: Path, source: bytes, target: bytes, problem: str) -> None:
        with pytest.raises(ZooError, match=problem):
            AlignedFiles(*self.write(tmp_path, source, target))

    def test_bad_lines_are_skipped(self, tmp_path: Path) -> None:
        pairs = AlignedFiles(*self.write(tmp_path, b"a\nb\n\nd\n", b"x\n\xe9\nz\nw"), on_error="skip")
        assert [pair["source"] for pair in pairs.rows()] == ["a", "d"]
        (note,) = pairs.notes
        assert note.startswith(
            "skipped 2 examples; the first: a.fr: line 2: byte 1 of the line is not valid UTF-8 (0xe9)"
        )


def test_a_folder_with_a_file_for_each_split(tmp_path: Path) -> None:
    for split, count in (("train", 20), ("dev", 3), ("test", 2)):
        for side in ("en", "fr"):
            (tmp_path / f"{split}.{side}").write_text("".join(f"{split} {side} {n}\n" for n in range(count)))
    splits = read_pairs(str(tmp_path))
    assert sizes(splits) == [20, 3, 2]
    assert splits.validation[1] == {"source": "dev en 1", "target": "dev fr 1"}  # type: ignore[index]
    backwards = read_pairs(str(tmp_path), {"source": ("fr",), "target": ("en",)})
    assert backwards.test[0] == {"source": "test fr 0", "target": "test en 0"}  # type: ignore[index]
    (tmp_path / "dev.en").unlink()
    assert sizes(read_pairs(str(tmp_path))) == [19, 1, 2]
    tables = tmp_path / "tables"
    tables.mkdir()
    with pytest.raises(ZooError, match="no train.tsv, train.csv or train.jsonl"):
        read_pairs(str(tables))
    (tables / "train.csv").write_text("text,label\n" + "".join(f"t {n},a\n" for n in range(40)))
    (tables / "valid.csv").write_text("text,label\nv,b\n")
    assert sizes(read_labelled_texts(str(tables), test=0.1)) == [36, 1, 4]


def test_a_folder_per_class(tmp_path: Path) -> None:
    for label in ("good", "bad"):
        (tmp_path / label).mkdir()
        for number in range(10):
            text = f"\ufeffthe same in both\r\nclasses {number % 8}\r\n"
            (tmp_path / label / f"{number}.txt").write_bytes(text.encode())
        (tmp_path / label / ".hidden").write_text("not seen")
    splits = read_labelled_texts(str(tmp_path), validation=0.2, test=0.2)
    found = everything(splits)
    assert len(found) == 20 and {example["target"] for example in found} == {"good", "bad"}
    assert found[0]["source"].startswith("the same in both\nclasses ")
    parts = [{example["source"] for example in part} for _, part in splits.items()]
    assert all(parts) and not parts[0] & parts[1] and not parts[0] & parts[2], "equal texts stay together"
    (tmp_path / "bad" / "x.txt").write_bytes(b"caf\xe9")
    with pytest.raises(ZooError, match=r"bad/x.txt: byte 4 is not valid UTF-8"):
        read_class_folders(tmp_path)
    skipped = read_class_folders(tmp_path, on_error="skip")
    assert len(everything(skipped)) == 20 and "skipped 1 example; the first: bad/x.txt" in skipped.notes[0]
    for name in ("train", "test"):
        (tmp_path / "all" / name).mkdir(parents=True)
    for place in ("train/good", "train/bad", "test/good", "train/unsup"):
        (tmp_path / "all" / place).mkdir()
        (tmp_path / "all" / place / "1.txt").write_text(place)
    official = read_class_folders(tmp_path / "all", validation=0, classes=("good", "bad"))
    assert sizes(official) == [2, 0, 1]
    with pytest.raises(ZooError, match="no files in class folders"):
        read_class_folders(tmp_path / "good")


def test_folders_of_classes_hold_whatever_is_read(tmp_path: Path) -> None:
    def numbers(content: bytes) -> np.ndarray:
        if len(content) != 4:
            raise ZooError(f"{len(content)} bytes, not 4")
        return np.frombuffer(content, np.uint8)

    for number in range(100):
        (tmp_path / "ab"[number % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[number % 2] / f"{number}.bin").write_bytes(bytes([number // 4] * 4))
    splits = read_class_folders(tmp_path, 0.3, 0.3, read=numbers)
    parts = [{int(example["source"][0]) for example in part} for _, part in splits.items()]
    assert sum(map(len, parts)) == 25 and all(parts), "equal values stay together"
    (tmp_path / "b" / "x.bin").write_bytes(b"123")
    with pytest.raises(ZooError, match=r"b/x.bin: 3 bytes, not 4"):
        read_class_folders(tmp_path, read=numbers)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(6):
        Image.new("RGB", (4, 4), (number * 40, 0, 0)).save(folder / f"{number}.png")
    return tmp_path


class TestCaptions:
    def test_a_table(self, pictures: Path) -> None:
        rows = "".join(f'{n}.png,"a caption, of {n}"\r\n{n}.png,again\r\n' for n in range(6))
        (pictures / "captions.csv").write_text("image,caption\r\n" + rows, newline="")
        splits = read_captions(pictures, validation=0.2, test=0.2)
        assert sizes(splits) == [8, 1, 1], "four pictures with two captions each; one picture each"
        first = next(iter(splits.train))
        assert first["source"].is_file() and first["target"] == first["references"][0]
        assert len(next(iter(splits.test))["references"]) == 2
        held = {example["source"] for example in splits.validation}
        assert not held & {example["source"] for example in splits.train}

    def test_json_lines_with_lists(self, pictures: Path) -> None:
        lines = [json.dumps({"image": f"{n}.png", "captions": ["one", "two", "three"]}) for n in range(6)]
        (pictures / "mine.jsonl").write_text("\n".join(lines))
        splits = read_captions(pictures / "mine.jsonl", validation=0, test=0)
        assert sizes(splits) == [18, 0, 0]
        assert next(iter(splits.train))["references"] == ("one", "two", "three")

    def test_flickr_with_its_split(self, pictures: Path) -> None:
        text = "".join(f"{n}.png#{k}\tcaption {k} of {n} .\n" for n in range(6) for k in range(5)) + "gone.png.1#0\tx\n"
        (pictures / "Flickr8k.token.txt").write_text(text)
        for split, names in (("train", "0 1 2"), ("dev", "3"), ("test", "4 5")):
            (pictures / f"Flickr_8k.{split}Images.txt").write_text("".join(f"{n}.png\n" for n in names.split()))
        splits = read_captions(pictures)
        assert sizes(splits) == [15, 1, 2]
        assert next(iter(splits.validation))["target"] == "caption 0 of 3 ."
        (pictures / "Flickr_8k.trainImages.txt").unlink()
        with pytest.raises(ZooError, match=r"Flickr8k.token.txt: line 31: no image 'gone.png.1' in .*images"):
            read_captions(pictures)

    def test_karpathys_file(self, pictures: Path) -> None:
        images = [
            {"filename": f"{n}.png", "split": split, "sentences": [{"raw": f"first of {n}"}, {"raw": "second "}]}
            for n, split in enumerate(["train", "restval", "val", "test", "train", "train"])
        ]
        (pictures / "dataset.json").write_text(json.dumps({"images": images}))
        splits = read_captions(pictures)
        assert sizes(splits) == [8, 1, 1]
        assert next(iter(splits.test))["references"] == ("first of 3", "second")
        del images[2]["filename"]
        (pictures / "dataset.json").write_text(json.dumps({"images": images}))
        with pytest.raises(ZooError, match="dataset.json: image 3: it needs 'filename' and 'sentences'"):
            read_captions(pictures)
        (pictures / "dataset.json").write_text("{}")
        with pytest.raises(ZooError, match="dataset.json: not JSON with 'images'"):
            read_captions(pictures)

    def test_missing_and_damaged_pictures(self, pictures: Path) -> None:
        whole = (pictures / "images" / "1.png").read_bytes()
        (pictures / "images" / "1.png").write_bytes(whole[: len(whole) // 2])
        Image.new("I;16", (4, 4)).save(pictures / "images" / "2.png")
        rows = "image,caption\n0.png,fine\nmissing.png,gone\n1.png,cut off\n2.png,sixteen bits\n"
        (pictures / "captions.csv").write_text(rows)
        with pytest.raises(ZooError, match=r"captions.csv: line 3: no image 'missing.png' in "):
            read_captions(pictures)
        splits = read_captions(pictures, validation=0, test=0, on_error="skip")
        assert [example["target"] for example in splits.train] == ["fine", "sixteen bits"]
        assert splits.notes[0].startswith("skipped 2 examples; the first: captions.csv: line 3: no image")

    def test_no_captions(self, tmp_path: Path) -> None:
        with pytest.raises(ZooError, match="no captions found"):
            read_captions(tmp_path)
        with pytest.raises(ZooError, match="nowhere: no such file or folder"):
            read_captions("nowhere")


class TestClips:
    @pytest.fixture
    def clips(self, tmp_path: Path) -> Path:
        rows = ["clip,frame,label"]
        for clip in ("run", "jump", "sit"):
            (tmp_path / clip).mkdir()
            for frame in (10, 9, 1):
                Image.new("L", (4, 4)).save(tmp_path / clip / f"frame{frame}.png")
                rows.append(f"{clip},frame{frame}{'.png' if clip == 'run' else ''},{clip}{frame}")
        (tmp_path / "labels.csv").write_text("\n".join(rows))
        return tmp_path

    def test_frames_in_natural_order(self, clips: Path) -> None:
        splits = read_clips(clips, validation=0, test=0)
        assert sizes(splits) == [3, 0, 0]
        first = next(iter(splits.train))
        assert first["target"] == ["run1", "run9", "run10"]
        assert [path.name for path in first["source"]] == ["frame1.png", "frame9.png", "frame10.png"]
        # Every clip has labels of its own here: each is trained on, or the model could never learn them.
        assert sizes(read_clips(clips)) == [3, 0, 0]
        table = clips / "labels.csv"
        table.write_text(re.sub(r"(run|jump|sit)(\d+)$", r"at \2", table.read_text(), flags=re.MULTILINE))
        assert sizes(read_clips(clips)) == [1, 1, 1]

    def test_a_missing_frame_and_a_missing_label(self, clips: Path) -> None:
        (clips / "jump" / "frame9.png").unlink()
        with pytest.raises(ZooError, match=r"labels.csv: line 6: clip 'jump' has no frame 'frame9'"):
            read_clips(clips)
        Image.new("L", (4, 4)).save(clips / "sit" / "frame11.png")
        splits = read_clips(clips, on_error="skip", validation=0, test=0)
        assert len(splits.train) == 1
        assert splits.notes == ("skipped 2 examples; the first: labels.csv: line 6: clip 'jump' has no frame 'frame9'",)
        (clips / "labels.csv").write_text("clip,frame,label\nsit,frame1,x\nsit,frame1,y\n")
        with pytest.raises(ZooError, match=r"labels.csv: line 3: frame 'frame1' has a label already"):
            read_clips(clips)
        (clips / "labels.csv").write_text("clip,frame,label\nfly,frame1,x\n")
        with pytest.raises(ZooError, match=r"labels.csv: line 2: no folder 'fly' of images"):
            read_clips(clips)
        (clips / "labels.csv").unlink()
        with pytest.raises(ZooError, match="no tables; expected one with the columns clip, frame and label"):
            read_clips(clips)


class TestFeatures:
    def test_a_csv_a_sequence(self, tmp_path: Path) -> None:
        for number in range(4):
            rows = "".join(f"{n},{n / 2},{1000 + n},{'ab'[n % 2]}\r\n" for n in range(3 + number))
            (tmp_path / f"{number}.csv").write_text("\ufeffx,y,time,phase\r\n" + rows + "\r\n", newline="")
        splits = read_features(tmp_path, ignore=("time",), validation=0.25, test=0.25)
        assert sizes(splits) == [2, 1, 1]
        example = next(iter(splits.train))
        assert example["source"].dtype == np.float32 and example["source"].shape[1] == 2
        assert example["source"][2].tolist() == [2.0, 1.0] and example["target"][:3] == ["a", "b", "a"]

    def test_npz(self, tmp_path: Path) -> None:
        for split in ("train", "test"):
            (tmp_path / split).mkdir()
            np.savez(tmp_path / split / "a.npz", features=np.ones((5, 3)), labels=np.arange(5))
        splits = read_features(tmp_path, validation=0)
        assert sizes(splits) == [1, 0, 1]
        assert next(iter(splits.test))["target"] == ["0", "1", "2", "3", "4"]

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ("x,label\n1,a\nnan,b\n", r"a.csv: line 3: x is 'nan', but a number was expected"),
            ("x,label\n1,a\n2\n", r"a.csv: line 3: 1 column, but 2"),
            ("x,label\n1,\n", r"a.csv: line 2: the label is empty"),
            ("x,lable\n1,a\n", r"a.csv: line 1: no label column 'label'; did you mean 'lable'"),
            ("x,label\n", r"a.csv: no rows"),
        ],
    )
    def test_bad_rows(self, tmp_path: Path, content: str, problem: str) -> None:
        (tmp_path / "a.csv").write_text(content)
        (tmp_path / "b.csv").write_text("x,label\n1,a\n")
        with pytest.raises(ZooError, match=problem):
            read_features(tmp_path)
        splits = read_features(tmp_path, on_error="skip")
        assert len(everything(splits)) == 1 and "skipped 1 example" in splits.notes[0]

    def test_bad_arrays(self, tmp_path: Path) -> None:
        for arrays, problem in (
            ({"features": np.ones((5, 3)), "labels": np.ones(4)}, r"features must be numbers \[T, D\]"),
            ({"features": np.ones((5, 3))}, r"it needs the arrays 'features' and 'labels'; it has features"),
            ({"features": np.full((5, 3), np.nan), "labels": np.ones(5)}, r"row 1: a feature is not finite"),
            ({"features": np.array([[{}]]), "labels": np.ones(1)}, r"a.npz: features must be numbers, not objects"),
        ):
            np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
            with pytest.raises(ZooError, match=problem):
                read_features(tmp_path)
        (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 no archive")
        with pytest.raises(ZooError, match="a.npz: cannot be read"):
            read_features(tmp_path)

    @pytest.mark.parametrize(
        ("place", "value", "problem"),
        [
            (8, 1, "encrypted"),  # of an entry in the list at the end: flags
            (10, 99, "compression method is not supported"),
            (None, b"\xff" * 20, "decompressing"),
        ],
    )
    def test_bad_archives(self, tmp_path: Path, place: int | None, value: Any, problem: str) -> None:
        path = tmp_path / "a.npz"
        np.savez_compressed(path, features=np.ones((5, 3)), labels=np.ones(5))
        content = bytearray(path.read_bytes())
        if place is None:
            begins = content.index(b"features.npy") + len("features.npy") + 20
            content[begins : begins + len(value)] = value
        else:
            entry, here = content.index(b"PK\1\2"), content.index(b"PK\3\4")
            content[entry + place] = content[here + place - 2] = value
        path.write_bytes(content)
        with pytest.raises(ZooError, match=f"a.npz: .*{problem}"):
            read_features(tmp_path)
