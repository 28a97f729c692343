"""Whatever the library below a reader or a loader raises, the user gets one line that names the file."""

from __future__ import annotations

import ast
import bz2
import csv
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from PIL import Image, UnidentifiedImageError
from safetensors import SafetensorError

from zoo.codecs import Codec, ImageCodec, LabelCodec, text_codec
from zoo.data import (
    Document,
    Splits,
    read_class_folders,
    read_features,
    read_labelled_texts,
    read_pairs,
)
from zoo.data.fetching.unpack import unpack
from zoo.data.named import Piece
from zoo.data.readers.image_inputs import read_image_inputs
from zoo.data.readers.inputs import read_text_inputs
from zoo.data.readers.npz import read_npz
from zoo.data.readers.text_files import read_documents
from zoo.data.storage.token_store import TokenStore
from zoo.data.vectors.numpy_file import NumpyFile
from zoo.data.vectors.vector_file import VectorFile
from zoo.errors import ZooError
from zoo.runs.folder import RunFolder
from zoo.runtime.bundle import load as load_bundle
from zoo.runtime.manifest import MANIFEST, read_bundle_manifest
from zoo.settings.overrides import from_file
from zoo.training.checkpoint import load_checkpoint, save_checkpoint

SAID = "what\na library says"
RAISED: list[Callable[[], Exception]] = [
    *(
        lambda kind=kind: kind(SAID)
        for kind in (
            *(Exception, OSError, EOFError, ValueError, TypeError, KeyError, IndexError, LookupError, AttributeError),
            *(RuntimeError, NotImplementedError, AssertionError, SyntaxError, OverflowError, ZeroDivisionError),
            *(MemoryError, RecursionError, UnicodeError, BufferError, struct.error, zlib.error, csv.Error),
            *(gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError),
            *(tarfile.ReadError, tarfile.HeaderError, yaml.YAMLError, yaml.MarkedYAMLError, SafetensorError),
            *(UnidentifiedImageError, Image.DecompressionBombError),
        )
    ),
    lambda: OSError(5, "Input/output error"),
    lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    lambda: json.JSONDecodeError(SAID, "[", 0),
    lambda: MemoryError(),
    lambda: Exception(),
]


class Case(NamedTuple):
    """Something that reads a file.

    Args:
        file: name of the file.
        make: writes it, and gives what reads it.
        calls: functions of libraries on its way, each to be made to fail.
        modules: of the zoo, that call them.
    """

    file: str
    make: Callable[[Path], Callable[[], object]]
    calls: list[str]
    modules: list[str]


def written(content: bytes, read: Callable[[str], Splits]) -> Callable[[Path], Callable[[], object]]:
    def make(path: Path) -> Callable[[], object]:
        path.write_bytes(content)
        return lambda: [list(part) for _, part in read(str(path)).items()]

    return make


def npz(path: Path) -> Callable[[], object]:
    np.savez_compressed(path, features=np.zeros((2, 2)), labels=np.array(["a", "b"], object))
    return lambda: read_npz(path)


def archive(path: Path) -> Callable[[], object]:
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("a.txt", "text")
    elif path.name.endswith(".gz") and ".tar" not in path.name:
        path.write_bytes(gzip.compress(b"text"))
    else:
        with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as tar:
            info = tarfile.TarInfo("a.txt")
            info.size = 4
            tar.addfile(info, io.BytesIO(b"text"))
    return lambda: unpack(path, path.parent / "out", (Piece("a.txt", "", member="a.txt"),), ())


def codec(kind: str) -> Callable[[Path], Callable[[], object]]:
    def make(path: Path) -> Callable[[], object]:
        made: Codec = LabelCodec() if kind == "label" else text_codec(kind, 268)
        made.fit(["good words", "bad words"] * 20)
        made.save(path.parent, path.stem)
        return lambda: made.restore(path.parent, path.stem)

    return make


def picture(path: Path) -> Callable[[], object]:
    Image.new("RGB", (9, 7)).save(path)
    return lambda: ImageCodec(4, 4).encode(path)


def settings(path: Path) -> Callable[[], object]:
    path.write_text("seed: 3\n")
    return lambda: from_file(str(path))


def checkpoint(path: Path) -> Callable[[], object]:
    save_checkpoint(path, {"a": np.zeros(3, np.float32)}, {"step": 1})
    return lambda: load_checkpoint(path)


def manifest(path: Path) -> Callable[[], object]:
    path.write_text('{"task": "any", "format": 1}')
    return lambda: RunFolder(path.parent).manifest()


def bundle(path: Path) -> Callable[[], object]:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("bundle.json", "{}")
    return lambda: load_bundle(path)


def bundle_manifest(path: Path) -> Callable[[], object]:
    path.write_text('{"format": 1}')
    return lambda: read_bundle_manifest(path.parent)


def store(path: Path) -> Callable[[], object]:
    made = text_codec("character")
    made.fit(["abc"])
    TokenStore.build([Document.of_text("abc")], made, path).close()
    return lambda: TokenStore.open(path).close()


def table_of_json(path: Path) -> Callable[[], object]:
    path.write_text('[{"source": "a", "target": "b"}]')
    return lambda: [one.problem for one in read_text_inputs(path)]


def pictures_of_json(path: Path) -> Callable[[], object]:
    Image.new("L", (4, 4)).save(path.parent / "a.png")
    path.write_text('{"images": [{"filename": "a.png", "sentences": [{"raw": "a boat"}]}]}')
    return lambda: list(read_image_inputs(path))


def vectors(path: Path) -> Callable[[], object]:
    content = b"a 1 2\nb 3 4\n"
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return lambda: VectorFile(path).find(["b"])


def array_of_vectors(path: Path) -> Callable[[], object]:
    np.save(path, np.ones((2, 3), np.float32))
    path.with_suffix(".txt").write_text("a\nb\n")
    return lambda: NumpyFile(path)


def class_folder(path: Path) -> Callable[[], object]:
    (path.parent / "good").mkdir()
    (path.parent / "good" / path.name).write_text("a text")
    return lambda: read_class_folders(path.parent)


def video(path: Path) -> Callable[[], object]:
    from zoo.data.readers.video import Video

    path.write_bytes(b"no video")
    return lambda: Video(path)


JSON_LINES = b'{"source": "a", "target": "b"}\n'
TABLE = b'text,label\n"a, b",good\nc d,bad\n'
GZIP = ["gzip.open", "gzip.GzipFile.read", "zlib.decompressobj"]
ZIP = ["zipfile.ZipFile.__init__", "zipfile.ZipFile.infolist", "zipfile.ZipFile.open", "zipfile.ZipExtFile.read"]
TAR = ["tarfile.open", "tarfile.TarFile.next", "tarfile.TarFile.extractfile", "shutil.copyfileobj"]
CASES = [
    Case("a.csv.gz", written(gzip.compress(TABLE), read_labelled_texts), GZIP[:2], ["codecs/transcode"]),
    Case("a.txt.gz", written(gzip.compress(b"text " * 99), read_documents), GZIP[:2], ["codecs/transcode"]),
    Case("a.csv", written(TABLE, read_labelled_texts), ["csv.reader"], ["data/tables/delimited"]),
    Case("b.csv", written(b'"x",label\n1,a\n', read_features), ["csv.reader"], ["data/tables/delimited"]),
    Case("a.jsonl", written(JSON_LINES, read_pairs), ["json.loads"], ["data/tables/json_table"]),
    Case("a.json", written(b"[%s]" % JSON_LINES, read_pairs), ["json.loads"], ["data/tables/json_table"]),
    Case("c.json", table_of_json, ["json.loads"], ["data/tables/json_table"]),
    Case("d.json", pictures_of_json, ["json.loads"], ["files"]),
    Case(
        "a.npz",
        npz,
        [*ZIP, "numpy.lib.format.read_array_header_1_0", "zoo.data.readers.npz._PlainObjects.load"],
        ["data/readers/npz"],
    ),
    Case("b.npz", written(b"", read_features), [ZIP[0]], ["data/readers/npz"]),
    Case("a.zip", archive, [*ZIP, TAR[3]], ["data/fetching/unpack"]),
    Case("a.tar", archive, TAR, ["data/fetching/unpack"]),
    Case("a.tar.gz", archive, [*TAR, GZIP[1]], ["data/fetching/unpack"]),
    Case("a.gz", archive, [*GZIP[:2], TAR[3]], ["data/fetching/unpack"]),
    Case("label.json", codec("label"), ["json.loads"], ["files"]),
    Case("word.json", codec("word"), ["json.loads", "hashlib.sha256"], ["files"]),
    Case("piece.model", codec("piece"), ["sentencepiece.SentencePieceProcessor.__init__"], ["codecs/piece"]),
    Case("a.png", picture, ["PIL.Image.open", "PIL.Image.Image.convert", "PIL.ImageOps.fit"], ["codecs/image"]),
    Case("a.yaml", settings, ["yaml.compose"], ["settings/overrides"]),
    Case(
        "a.safetensors",
        checkpoint,
        ["safetensors.safe_open", "json.loads", "hashlib.sha256"],
        ["training/checkpoint"],
    ),
    Case("run.json", manifest, ["json.loads"], ["runs/manifest"]),
    Case("a.tokens", store, ["json.loads", "numpy.frombuffer", "zlib.crc32"], ["data/storage/token_store"]),
    Case("a.zoo", bundle, [*ZIP[:2], ZIP[2]], ["runtime/bundle"]),
    Case(MANIFEST, bundle_manifest, ["json.loads"], ["runtime/manifest"]),
    Case("a.vec.gz", vectors, ["gzip.GzipFile.read"], ["data/vectors/vector_file"]),
    Case("a.npy", array_of_vectors, ["numpy.load"], ["data/vectors/numpy_file"]),
    Case("1.txt", class_folder, ["zoo.data.readers.class_folders.read_bytes"], ["data/readers/class_folders"]),
    Case("a.mp4", video, ["av.open"], ["data/readers/video"]),
]


EACH = [pytest.param(case, call, id=f"{case.file}-{call}") for case in CASES for call in case.calls]


@pytest.mark.parametrize(("case", "call"), EACH)
def test_one_line_with_the_name(case: Case, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if call.startswith("av."):
        pytest.importorskip("av")
    path = tmp_path / case.file
    read = case.make(path)
    reached = []
    for raised in RAISED:

        def fail(*_: object, raised: Callable[[], Exception] = raised, **__: object) -> None:
            reached.append(raised)
            raise raised()

        with monkeypatch.context() as patch:
            patch.setattr(call, fail)
            try:
                read()
            except ZooError as error:
                assert case.file in str(error) and "\n" not in str(error), (raised(), str(error))
                assert str(error).strip(" :") == str(error), "the reason is missing"
    assert len(reached) >= len(RAISED), f"{call} is not on the way"


DECODERS = {
    *("json.load", "json.loads", "csv.reader", "csv.DictReader", "gzip.open", "gzip.GzipFile", "gzip.decompress"),
    *("zipfile.ZipFile", "tarfile.open", "zlib.decompress", "lzma.open", "bz2.open", "yaml.compose", "yaml.safe_load"),
    *("yaml.load", "pickle.load", "pickle.loads", "pickle.Unpickler", "np.load", "Image.open", "av.open", "safe_open"),
    *("SentencePieceProcessor", "h5py.File"),
}
OWN = {
    "zoo/cli/standard_input.py": "a first line, of which any exception means that it is text",
    "zoo/export/export.py": "an archive that is written",
    "zoo/export/formats/numpy_arrays.py": "an archive that is written",
    "zoo/export/formats/numpy_model.py": "the bundle that it was written for; it stands alone",
    "zoo/export/model_wheel.py": "an archive that is written",
    "zoo/runtime/target.py": "any exception means that it is no bundle",
    "zoo/plugins/kept_statuses.py": "any exception means that the plugins themselves are asked",
    "zoo/sweeps/definition.py": "a damaged sweep.json is one line; tests/sweeps/test_sweep.py shows it",
    "plugins/zoo-tagging/zoo_tagging/reading.py": "any exception is a damaged line; its tests show it",
    "plugins/zoo-vision/zoo_vision/torch_file.py": "any exception is a damaged file; its tests show it",
    "zoo/runs/listing.py": "a damaged line is left out, whatever it raises",
    "zoo/runs/sharing.py": "any exception is a damaged manifest; tests/runs show it",
    "zoo/serve/json_body.py": "a request; any exception is refused",
    "zoo/serve/raw_inputs.py": "a request; any exception is refused",
    "plugins/zoo-glove/zoo_glove.py": "files of an installed package; any exception names them",
    "plugins/zoo-huggingface/zoo_huggingface/reading.py": "any exception is a damaged image, and is left out",
    "zoo/bench/search.py": "arrays that the benchmark wrote",
    "zoo/data/fetching/download.py": "a note beside a download, of which any exception means that there is none",
    "zoo/runtime/answer_file.py": "lines that were written to a temporary file a moment ago",
    "zoo/runs/history.py": "a damaged line ends the evaluations, whatever it raises",
    "zoo/testing.py": "what the check wrote",
    "zoo/training/engines/cluster.py": "an environment variable",
    "plugins/zoo-glimpse/src/zoo_glimpse/images.py": "any exception is a damaged image; the folder's reader names it",
}


def test_every_decoder_of_a_file_stands_above() -> None:
    """Who calls a library to read a file adds a case above, which shows that its exceptions are caught."""
    root = Path(__file__).parents[2]
    found = set()
    for path in [*(root / "zoo").rglob("*.py"), *(root / "tasks").rglob("*.py"), *(root / "plugins").rglob("*.py")]:
        name = path.relative_to(root).as_posix()
        if "/tests/" in name or "/benchmarks/" in name or "/templates/" in name:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.ClassDef):
                called = next((base for base in map(ast.unparse, node.bases) if base in DECODERS), "")
            if called in DECODERS:
                found.add(name)
    known = {f"zoo/{module}.py" for case in CASES for module in case.modules if "class_folders" not in module}
    assert found == known | set(OWN)


def test_any_line_of_metrics_ends_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step": 1}\n')
    for raised in RAISED:

        def fail(*_: object, raised: Callable[[], Exception] = raised, **__: object) -> None:
            raise raised()

        with monkeypatch.context() as patch:
            patch.setattr("json.loads", fail)
            assert RunFolder(tmp_path).read_metrics() == []


@pytest.mark.parametrize("kind", ["gz", "npz"])
def test_a_right_checksum_around_wrong_content(kind: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).bytes(200)
    if kind == "gz":
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"\x00\xff" + noise))
        with pytest.raises(ZooError, match=r"a\.csv\.gz"):
            read_labelled_texts(str(tmp_path / "a.csv.gz"))
        return
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "a.npz", "w", compression) as archive:
            archive.writestr("features.npy", bz2.compress(noise))
        with pytest.raises(ZooError, match=r"a\.npz: "):
            read_npz(tmp_path / "a.npz")
    (tmp_path / "b.json").write_text(json.dumps([[1, 2], "text", None]))
    with pytest.raises(ZooError, match=r"b\.json"):
        read_pairs(str(tmp_path / "b.json"))
