"""Damaged archives, texts, and files of a run, also with a checksum that is right: read, or refused in one line."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.mutations import damaged
from tests.properties import DEFAULT, tried
from zoo.codecs import Codec, ImageCodec, LabelCodec, VectorCodec, text_codec
from zoo.codecs.codec_file import write_codec
from zoo.data import read_documents
from zoo.data.fetching.unpack import unpack
from zoo.data.named import Piece, Tree
from zoo.data.readers.inputs import read_text_inputs
from zoo.data.readers.sequence_inputs import read_sequence_inputs
from zoo.errors import ZooError
from zoo.files import file_errors
from zoo.runs.folder import RunFolder
from zoo.training.checkpoint import load_checkpoint, save_checkpoint
from zoo.training.state import TrainingState

fuzzed = tried(DEFAULT)
pytestmark = pytest.mark.fuzz


def one_line(read: Callable[[], object], name: str) -> None:
    """Only a ZooError may come, one line that names the file."""
    try:
        read()
    except ZooError as error:
        assert name in str(error) and "\n" not in str(error), error


def packed(name: str, bomb: bool = False) -> bytes:
    buffer = io.BytesIO()
    content = b"some text\n" * (100_000 if bomb else 5)
    if name.endswith(".zip"):
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", content)
            archive.writestr("images/b.txt", content)
    elif name == "a.gz":
        return gzip.compress(content)
    else:
        with tarfile.open(fileobj=buffer, mode="w:gz" if name.endswith("gz") else "w") as tar:
            for member in ("a.txt", "images/b.txt"):
                info = tarfile.TarInfo(member)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.gz"])
def test_archives(name: str) -> None:
    trees = () if name == "a.gz" else (Tree("images", "images"),)
    unpacked = [packed(name)] if not name.endswith(".gz") else [packed(name), packed(name)[:-8]]

    @fuzzed
    @given(damaged(unpacked), st.booleans())
    def check(content: bytes, right_checksum: bool) -> None:
        if right_checksum and name == "a.tar.gz":
            content = gzip.compress(content)
        with tempfile.TemporaryDirectory() as outer:
            path = Path(outer, name)
            path.write_bytes(content)
            one_line(lambda: unpack(path, Path(outer, "in"), (Piece("a.txt", "", member="a.txt"),), trees), name)
            assert {entry.name for entry in Path(outer).iterdir()} <= {name, "in"}
            assert {entry.name for entry in Path(outer, "in").iterdir()} <= {"a.txt", "images"}

    check()


TEXTS = {
    "a.txt": [b"One line.\nAnother line.\n", "Zw\u00f6lf\r\nna\u00efve\r\n".encode(), "\ufeffa\nb\n".encode("utf-16")],
    "a.csv": [b"text,label\none,good\ntwo,bad\n", b"sep=;\ntext;label\n"],
    "a.jsonl": [b'{"text": "one"}\n{"text": "two", "label": 3}\n', b'{"text": ' + b"[" * 200 + b"]" * 200 + b"}\n"],
    "a.json": [b'[{"text": "one"}]', b'{"data": [{"text": "one", "n": 1e999}]}', b"[" * 30_000],
}


@pytest.mark.parametrize("name", TEXTS)
def test_inputs_and_texts(name: str) -> None:
    @fuzzed
    @given(damaged(TEXTS[name]), st.sampled_from(["utf-8", "utf-16", "latin-1", "shift_jis"]))
    def check(content: bytes, encoding: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(content)

            def read() -> None:
                for one in read_text_inputs(path, encoding=encoding):
                    assert isinstance(one.value, str) or one.problem or one.value is None or isinstance(one.value, list)

            one_line(read, name)
            if name == "a.txt":
                one_line(lambda: [list(part) for _, part in read_documents(path, encoding=encoding).items()], name)
                one_line(
                    lambda: [
                        "".join(example["target"].chunks())
                        for _, part in read_documents(path, encoding=encoding).items()
                        for example in part
                    ],
                    name,
                )

    check()


@fuzzed
@given(damaged([b"x,y,label\n0.1,2.5,rest\n0.3,2.4,step\n", b"0,5;1,5\n1e39;2\n", b"sep=;\nx;y\n1;nan\n"]))
def test_inputs_of_features(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "walk.csv")
        path.write_bytes(content)

        def read() -> None:
            for one in read_sequence_inputs(path, lambda text: text):
                assert "walk" in one.problem or np.isfinite(one.value).all()

        one_line(read, "walk.csv")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.floats(width=32) | st.text(max_size=3) | st.just(10**30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("kind", ["word", "piece", "character", "byte", "label", "image", "vectors"])
def test_codecs_with_a_right_checksum(kind: str, tmp_path: Path) -> None:
    codecs: dict[str, type[Codec]] = {
        "label": LabelCodec,
        "image": ImageCodec,
        "vectors": VectorCodec,
    }
    codec: Codec = codecs[kind]() if kind in codecs else text_codec(kind, 268 if kind == "piece" else 0)
    arrays: dict[str, Sequence[object]] = {
        "image": [np.zeros((8, 8, 3), np.uint8)],
        "vectors": [np.ones((3, 2), np.float32)],
    }
    values = arrays.get(kind, ["good words", "bad words"] * 20)
    codec.fit(values)
    codec.save(tmp_path, "source")
    record = json.loads((tmp_path / "source.json").read_text())
    content = record["content"]

    @fuzzed
    @given(st.sampled_from([*content, "more"]), VALUES, st.booleans())
    def check(key: str, value: object, remove: bool) -> None:
        changed = {name: held for name, held in content.items() if name != key} | ({} if remove else {key: value})
        write_codec(tmp_path, "source", record["codec"], changed)

        def restore() -> None:
            with file_errors(tmp_path / "source.json", "damaged"):
                codec.restore(tmp_path, "source")
                assert kind == "label" or len(codec.encode(values[0])) > 0

        one_line(restore, "source.")

    check()


@fuzzed
@given(st.sampled_from([*TrainingState().to_json(), "more"]), VALUES)
def test_a_checkpoint_with_a_right_checksum(key: str, value: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checkpoint.safetensors")
        save_checkpoint(path, {"a": np.zeros(2, np.float32)}, TrainingState().to_json() | {key: value})

        def load() -> None:
            arrays, state = load_checkpoint(path)
            assert list(arrays) == ["a"]
            with file_errors(path, "is damaged"):
                restored = TrainingState.from_json(state)
                assert restored.step + restored.epoch + restored.elapsed >= 0

        one_line(load, path.name)


@fuzzed
@given(
    damaged([b'{"task": "charlm", "format": 1, "code": "a.py", "paths": {"data": {"absolute": "/a"}}}\n']),
    damaged([b"seed: 3\ntrain:\n  steps: 4\n"]),
)
def test_what_a_run_says_of_itself(manifest: bytes, settings: bytes) -> None:
    with tempfile.TemporaryDirectory() as outer:
        folder = RunFolder(Path(outer))
        Path(outer, "run.json").write_bytes(manifest)
        Path(outer, "settings.yaml").write_bytes(settings)
        one_line(folder.manifest, "run.json" if b"format" not in manifest else outer)
        one_line(folder.read_settings, outer)
