"""Damaged input of every kind is read or refused in one line: no other exception, no hang, nothing written outside."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zoo
from tests.faults.mutations import NASTY, damaged
from tests.properties import DEFAULT, tried
from zoo.codecs.codec import RawExample
from zoo.data import Splits, read_captions, read_clips, read_features, read_labelled_texts, read_pairs
from zoo.data.readers.idx import read_idx
from zoo.settings import from_yaml, resolve, to_yaml

fuzzed = tried(DEFAULT)
pytestmark = pytest.mark.fuzz


def archive(save: Callable[..., None] = np.savez) -> bytes:
    buffer = io.BytesIO()
    save(buffer, features=np.zeros((3, 2)), labels=["a", "b", "a"])
    return buffer.getvalue()


READERS: dict[str, tuple[Callable[..., Splits | Iterable[RawExample]], list[bytes]]] = {
    "reviews.csv": (
        read_labelled_texts,
        [b'text,label\n"A ""warm"", film.",good\nToo long,bad\n', b"text;label\na;b\n"],
    ),
    "reviews.tsv": (read_labelled_texts, [b'A warm film.\tgood\n"Too long," he said.\tbad\n']),
    "reviews.jsonl": (read_labelled_texts, [b'{"text": "A film", "label": "good"}\n{"text": "B", "label": 1}\n']),
    "pairs.tsv": (read_pairs, [b"source\ttarget\r\nGood\tBon\r\n", "\ufeffOne\tУн\n".encode()]),
    "pairs.json": (read_pairs, [b'[{"source": "a", "target": "b"}]', b'{"source": "a", "target": "b"}']),
    "captions.csv": (read_captions, [b'image,caption\na.png,a red "boat"\na.png,"two, boats"\n']),
    "captions.jsonl": (
        read_captions,
        [b'{"image": "a.png", "captions": ["x", "y"]}\n{"image": "a.png", "caption": "z"}\n'],
    ),
    "mine.token.txt": (read_captions, [b"a.png#0\ta red boat\na.png#1\ta boat\n"]),
    "dataset.json": (
        read_captions,
        [b'{"images": [{"filename": "a.png", "split": "train", "sentences": [{"raw": "a red boat"}]}]}'],
    ),
    "walk.csv": (read_features, [b"x,y,label\n0.1,2.5,rest\n0.3,2.4,step\n", b"x;label\r\n1;a\r\n"]),
    "walk.npz": (read_features, [archive(), archive(np.savez_compressed)]),
    "labels.csv": (
        lambda path: read_clips(str(Path(path).parent)),
        [b"clip,frame,label\nwalk,1.png,a\nwalk,2.png,b\n"],
    ),
    "digits.idx": (
        lambda path: [{"source": read_idx(path)}],
        [bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]), bytes([0, 0, 0x0D, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0])],
    ),
}


def all_of(splits: Splits | Iterable[RawExample]) -> Iterable[RawExample]:
    parts = (splits.train, splits.validation, splits.test) if isinstance(splits, Splits) else (splits,)
    for part in parts:
        yield from part


def read_in_a_folder(
    name: str, content: bytes, read: Callable[..., Splits | Iterable[RawExample]], on_error: str
) -> None:
    """Read a file beside a picture and a clip; only the zoo's own errors may come, each one line."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "inner"
        (folder / "walk").mkdir(parents=True)
        for picture in ("a.png", "walk/1.png", "walk/2.png"):
            Image.new("L", (4, 4)).save(folder / picture)
        (folder / name).write_bytes(content)
        before = sorted(Path(outer).rglob("*"))
        try:
            more = {} if name in ("labels.csv", "digits.idx") else {"on_error": on_error}
            for example in all_of(read(str(folder / name), **more)):
                assert set(example) >= {"source"}
        except zoo.ZooError as error:
            text = str(error)
            assert text and "\n" not in text
            assert Path(name).stem.split(".")[0] in text or "walk" in text or "a.png" in text, text
        assert sorted(Path(outer).rglob("*")) == before


@pytest.mark.parametrize("name", READERS)
def test_files_of_data(name: str) -> None:
    read, seeds = READERS[name]

    @fuzzed
    @given(damaged(seeds), st.sampled_from(["stop", "skip"]))
    def check(content: bytes, on_error: str) -> None:
        read_in_a_folder(name, content, read, on_error)

    check()


KEYS = [
    "model.units",
    "train.minutes",
    "batch.size",
    "data",
    "seed",
    "preset",
    "config",
    "out",
    "search.banned",
    "x",
    "",
]


@fuzzed
@given(
    st.lists(
        st.builds(
            lambda key, value: f"{key}={value}",
            st.one_of(st.sampled_from(KEYS), st.text(max_size=8)),
            st.one_of(
                st.text(max_size=20),
                st.sampled_from([text.decode("utf-8", "replace") for text in NASTY]),
                st.integers().map(str),
                st.floats().map(str),
            ),
        ),
        max_size=4,
    )
)
def test_words_of_the_command_line(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        os.chdir(folder)
        try:
            resolve(zoo.Settings, {"small": {"seed": 1}}, words, task="any")
        except zoo.ZooError as error:
            assert str(error) and "\n" not in str(error)
        finally:
            os.chdir(here)
        assert not list(Path(folder).iterdir())


@fuzzed
@given(damaged([to_yaml(zoo.Settings()).encode(), b"seed: 3\ntrain:\n  steps: 4\n"]))
def test_files_of_settings(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    try:
        found = from_yaml(zoo.Settings, text, "settings.yaml")
        assert isinstance(found, zoo.Settings)
    except zoo.ZooError as error:
        assert "settings.yaml" in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("kind", ["word", "piece", "character", "label", "picture"])
def test_files_of_codecs(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    from zoo.codecs import Codec, ImageCodec, LabelCodec, text_codec

    made: dict[str, type[Codec]] = {"label": LabelCodec, "picture": ImageCodec}
    codec: Codec = made[kind]() if kind in made else text_codec(kind, 300 if kind == "piece" else 0)
    folder = tmp_path_factory.mktemp(kind)
    values = (
        [np.zeros((8, 8, 3), np.uint8)]
        if kind == "picture"
        else [f"word{n} and other words {n * n}" for n in range(50)]
    )
    codec.fit(values)
    codec.save(folder, "source")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}

    @fuzzed
    @given(st.sampled_from(sorted(files)).flatmap(lambda name: st.tuples(st.just(name), damaged([files[name]]))))
    def check(chosen: tuple[str, bytes]) -> None:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        name, content = chosen
        (folder / name).write_bytes(content)
        try:
            type(codec).restore(codec, folder, "source")
        except zoo.ZooError as error:
            assert "source" in str(error) and "\n" not in str(error)

    check()


def test_a_line_of_metrics_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    from zoo.runs.folder import RunFolder

    lines = [json.dumps({"step": step, "validation": {"loss": 1.0}}) for step in (1, 2)]
    (tmp_path / "run.json").write_text("{}")

    @fuzzed
    @given(damaged(["\n".join(lines).encode() + b"\n"]))
    def check(content: bytes) -> None:
        (tmp_path / "metrics.jsonl").write_bytes(content)
        try:
            assert all(isinstance(line, dict) for line in RunFolder(tmp_path).read_metrics())
        except zoo.ZooError as error:
            assert "metrics.jsonl" in str(error) and "\n" not in str(error)

    check()


LONG = b"x" * 300


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("mine.token.txt", LONG + b"#0\ta red boat\n", read_captions),
        ("labels.csv", b"clip,frame,label\n" + LONG + b",1.png,a\n", lambda path: read_clips(str(Path(path).parent))),
    ],
)
def test_names_that_no_file_can_have(
    name: str, content: bytes, read: Callable[..., Splits | Iterable[RawExample]], tmp_path: Path
):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(zoo.ZooError, match="xxx"):
        read(str(tmp_path / name))


def test_settings_of_a_file_whose_name_no_file_can_have():
    with pytest.raises(zoo.ZooError, match="not a valid file name"):
        resolve(zoo.Settings, {}, ["config=\0"], task="any")
