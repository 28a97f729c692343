"""Bundles of strangers: right checksums around wrong content, archives that lie, places where something else stands."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

onnx = pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
pytest.importorskip("onnxruntime", reason="needs pip install 'seqzoo[export]'")
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper  # noqa: E402

from tests.faults.mutations import damaged  # noqa: E402
from tests.properties import DEFAULT, tried  # noqa: E402
from zoo.codecs import Codec, LabelCodec, text_codec  # noqa: E402
from zoo.codecs.codec_file import write_codec  # noqa: E402
from zoo.errors import UsageError, ZooError  # noqa: E402
from zoo.export.onnx_graph import make_model  # noqa: E402
from zoo.runtime import Bundle, load  # noqa: E402
from zoo.runtime.manifest import (  # noqa: E402
    MANIFEST,
    BundleManifest,
    GraphEntry,
    checksum,
    read_bundle_manifest,
    write_bundle_manifest,
)
from zoo.runtime.target import check_target  # noqa: E402
from zoo.settings import BatchSettings, SearchSettings  # noqa: E402

FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT32, TensorProto.BOOL
SETTINGS = {
    "seed": 0,
    "batch": dataclasses.asdict(BatchSettings()),
    "search": dataclasses.asdict(SearchSettings(length=5)),
}


def graph(
    path: Path,
    nodes: list[NodeProto],
    inputs: list[ValueInfoProto],
    outputs: list[ValueInfoProto],
    constants: dict[str, np.ndarray],
) -> None:
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(make_model(helper.make_graph(nodes, "graph", inputs, outputs, kept)).SerializeToString())


def value(name: str, kind: int, *shape: int | str | None) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def classifier(folder: Path) -> Path:
    """A bundle that adds the numbers of its words."""
    node = helper.make_node
    graph(
        folder / "graphs" / "predict.onnx",
        [
            node("Cast", ["source"], ["numbers"], to=FLOAT),
            node("ReduceSum", ["numbers", "axis"], ["sum"], keepdims=1),
            node("Neg", ["sum"], ["less"]),
            node("Concat", ["sum", "less"], ["logits"], axis=1),
            node("LogSoftmax", ["logits"], ["output_0"], axis=1),
            node("Cast", ["mask"], ["output_1"], to=FLOAT),
        ],
        [value("source", INT, None, None), value("mask", BOOL, None, None)],
        [value("output_0", FLOAT, None, 2), value("output_1", FLOAT, None, None)],
        {"axis": np.array([1])},
    )
    source, target = text_codec("word"), LabelCodec()
    source.fit(["a good day", "a bad day"] * 3)
    target.fit(["yes", "no"])
    return written(
        folder,
        {"source": source, "target": target},
        "ManyToOne",
        {"predict": GraphEntry("graphs/predict.onnx", ["source", "mask"], ["output_0", "output_1"])},
    )


def writer(folder: Path) -> Path:
    """A bundle of a language model: a table of what follows what."""
    node = helper.make_node
    target = text_codec("character")
    target.fit(["abcd\n"])
    table = np.random.default_rng(0).normal(size=(target.size, target.size)).astype(np.float32)
    graph(
        folder / "graphs" / "start.onnx",
        [
            node("Unsqueeze", ["rows", "axis"], ["shape"]),
            node("Cast", ["shape"], ["long"], to=TensorProto.INT64),
            node("ConstantOfShape", ["long"], ["output_0"]),
        ],
        [value("rows", INT)],
        [value("output_0", FLOAT, None)],
        {"axis": np.array([0])},
    )
    graph(
        folder / "graphs" / "step.onnx",
        [node("Gather", ["table", "tokens"], ["output_0"]), node("Identity", ["state_0"], ["output_1"])],
        [value("tokens", INT, None), value("state_0", FLOAT, None)],
        [value("output_0", FLOAT, None, target.size), value("output_1", FLOAT, None)],
        {"table": table},
    )
    graphs = {
        "start": GraphEntry("graphs/start.onnx", ["rows"], ["output_0"]),
        "step": GraphEntry("graphs/step.onnx", ["tokens", "state_0"], ["output_0", ["output_1"]]),
    }
    return written(folder, {"target": target}, "LanguageModel", graphs)


def written(folder: Path, codecs: dict[str, Codec], topology: str, graphs: dict[str, GraphEntry]) -> Path:
    for role, codec in codecs.items():
        codec.save(folder / "codecs", role)
    kinds = {role: type(codec).__name__ for role, codec in codecs.items()}
    write_bundle_manifest(folder, BundleManifest("mine", topology, "model", kinds, SETTINGS, graphs))
    return folder


def use(bundle: Bundle) -> None:
    """Everything that a bundle can do: each answers, or says in one line what is wrong."""
    asked: list[Callable[[], object]] = [
        lambda: bundle.answer(["a good day", "day"]),
        lambda: bundle.predict("a bad day"),
        lambda: bundle.sample("ab", length=4, count=2),
        lambda: bundle.sample("ab", length=4, strategy="beam", beam=2),
        lambda: bundle.score(["abc"], ["a"]),
        lambda: bundle.align(["a day"], ["abc"]),
        lambda: list(bundle.stream_answers(["a"])),
    ]
    for ask in asked:
        one_line(ask, str(bundle.path))


def one_line(read: Callable[[], object], *names: str) -> None:
    try:
        read()
    except ZooError as error:
        said = str(error)
        assert said and "\n" not in said and not said.endswith(": "), said
        assert len(said) < 2000, said


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    (folder / "classifier").mkdir()
    (folder / "writer").mkdir()
    return {"classifier": classifier(folder / "classifier"), "writer": writer(folder / "writer")}


def test_both_answer(bundles: dict[str, Path]) -> None:
    assert {one.value for one in load(bundles["classifier"]).answer(["a good day", "bad"])} <= {"yes", "no"}
    assert len(load(bundles["writer"]).sample("ab", length=7)) == 7


def changed(folder: Path, name: str, content: bytes) -> None:
    """Replace a file, with a right checksum."""
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][name] = checksum(folder / name)
    (folder / MANIFEST).write_text(json.dumps(manifest))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([-1, 0, 1, 7, 10**30, 1e308, "", "..", "output_0", "a\0b", "\ud800", "LabelCodec", "Topology"])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


Place = tuple[str | int, ...]
"""Keys and indices that lead to a value in JSON."""


def places(value: object, before: Place = ()) -> list[Place]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, part in parts for place in [(*before, key), *places(part, (*before, key))]]


@pytest.mark.parametrize("kind", ["classifier", "writer"])
def test_any_value_in_the_manifest(kind: str, bundles: dict[str, Path]) -> None:
    folder = bundles[kind]
    whole = (folder / MANIFEST).read_text()
    where = places(json.loads(whole))

    @tried(DEFAULT)
    @given(st.sampled_from(where), VALUES, st.booleans())
    def check(place: Place, value: object, remove: bool) -> None:
        content = json.loads(whole)
        holder = content
        for key in place[:-1]:
            holder = holder[key]
        if remove:
            del holder[place[-1]]
        else:
            holder[place[-1]] = value
        (folder / MANIFEST).write_text(json.dumps(content))
        one_line(lambda: use(load(folder)))

    try:
        check()
    finally:
        (folder / MANIFEST).write_text(whole)


@tried(DEFAULT // 2)
@given(
    rank=st.integers(0, 3),
    kind=st.sampled_from([FLOAT, TensorProto.DOUBLE, INT, TensorProto.STRING, BOOL]),
    size=st.integers(0, 3),
    number=st.sampled_from([0.0, np.nan, np.inf, -np.inf, 1e38]),
    names=st.sampled_from([("source", "mask"), ("mask", "source"), ("a", "b"), ("source",), ()]),
    graph_name=st.sampled_from(["predict", "start", "step"]),
)
def test_any_graph_with_a_right_checksum(
    rank: int, kind: int, size: int, number: float, names: tuple[str, ...], graph_name: str
) -> None:
    with tempfile.TemporaryDirectory() as outer:
        folder = classifier(Path(outer)) if graph_name == "predict" else writer(Path(outer))
        entry = read_bundle_manifest(folder).graphs[graph_name]
        named = list(names) if graph_name == "predict" else entry.inputs
        dtype = helper.tensor_dtype_to_np_dtype(kind)
        filled = np.full((size,) * rank, "a" if kind == TensorProto.STRING else 0, dtype)
        if kind in (FLOAT, TensorProto.DOUBLE):
            filled = np.full((size,) * rank, number, dtype)
        outputs = [f"output_{place}" for place in range(2 if graph_name != "start" else 1)]
        graph(
            folder / entry.file,
            [helper.make_node("Identity", ["filled"], [name]) for name in outputs],
            [value(name, INT, *[None] * (graph_name != "start")) for name in named],
            [helper.make_tensor_value_info(name, kind, None) for name in outputs],
            {"filled": filled},
        )
        changed(folder, entry.file, (folder / entry.file).read_bytes())
        one_line(lambda: use(load(folder)))


@tried(DEFAULT // 3)
@given(st.data())
def test_any_bytes_with_a_right_checksum(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as outer:
        folder = data.draw(st.sampled_from([classifier, writer]))(Path(outer))
        name = data.draw(st.sampled_from(sorted(read_bundle_manifest(folder).files)))
        changed(folder, name, data.draw(damaged([(folder / name).read_bytes()])))
        one_line(lambda: use(load(folder)))


@tried(DEFAULT // 3)
@given(
    st.sampled_from(["source", "target"]),
    st.sampled_from(["WordCodec", "LabelCodec", "CharacterCodec", "ByteCodec", "VectorCodec", "ImageCodec", "Text"]),
    st.booleans(),
)
def test_codecs_of_another_kind(role: str, kind: str, of_file: bool) -> None:
    from zoo import codecs

    with tempfile.TemporaryDirectory() as outer:
        folder = classifier(Path(outer))
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["codecs"][role] = kind
        (folder / MANIFEST).write_text(json.dumps(manifest))
        if of_file and hasattr(codecs, kind):
            codec = getattr(codecs, kind)()
            samples: dict[str, list[np.ndarray]] = {
                "VectorCodec": [np.ones((3, 2))],
                "ImageCodec": [np.zeros((4, 4, 3), np.uint8)],
            }
            codec.fit(samples.get(kind, ["a", "b"]))
            codec.save(folder / "codecs", role)
            changed(folder, f"codecs/{role}.json", (folder / "codecs" / f"{role}.json").read_bytes())
        one_line(lambda: use(load(folder)))


@tried(DEFAULT // 3)
@given(st.data())
def test_any_archive(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer, "b")
        folder.mkdir()
        packed = Path(outer, "b.zoo")
        pack(classifier(folder), packed)
        packed.write_bytes(data.draw(damaged([packed.read_bytes()])))
        before = set(Path(tempfile.gettempdir()).glob("zoo-bundle-*"))

        def read() -> None:
            try:
                use(load(packed))
            except ZooError as error:
                assert str(packed) in str(error) and "zoo-bundle-" not in str(error)
                raise

        one_line(read)
        assert set(Path(tempfile.gettempdir()).glob("zoo-bundle-*")) <= before


def pack(folder: Path, path: Path, compression: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())


def refused(path: Path, match: str) -> None:
    with pytest.raises(ZooError, match=match) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_archives_that_lie(bundles: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.zoo"
    for name in ("../outside", "/tmp/outside", "graphs/../../outside"):
        pack(bundles["classifier"], path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, "content")
        refused(path, "a.zoo: damaged: .*outside is not inside it")
    with zipfile.ZipFile(path, "w") as archive:  # as a link, which must stay a file
        link = zipfile.ZipInfo(MANIFEST)
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    refused(path, "a.zoo/bundle.json is damaged")
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", "")
    refused(path, "a.zoo: not a bundle: it holds 1,001 files")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("graphs", "a file")
        archive.writestr("graphs/predict.onnx", "in it")
    refused(path, "a.zoo: not a bundle")
    path.write_bytes(b"")
    refused(path, "a.zoo: not a bundle")


def test_pipes_and_devices_do_not_block(bundles: dict[str, Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zoo")
    refused(tmp_path / "pipe.zoo", "pipe.zoo: not a bundle: is not a regular file")
    refused(Path("/dev/zero"), "/dev/zero: not a bundle: is not a regular file")
    for name in ("graphs/predict.onnx", "codecs/source.json", MANIFEST):
        folder = Path(shutil.copytree(bundles["classifier"], tmp_path / name.replace("/", "-")))
        (folder / name).unlink()
        os.mkfifo(folder / name)
        refused(folder, "is not a regular file")
        (folder / name).unlink()
        (folder / name).symlink_to("/dev/zero")
        refused(folder, "is not a regular file")
    for name in ("nothing", "nothing.zoo", "a\0b", "x" * 300):
        refused(tmp_path / name, "is not a bundle|null|too long")


def test_names_of_files_stay_inside(bundles: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundles["classifier"], tmp_path / "b"))
    whole = json.loads((folder / MANIFEST).read_text())
    outside = tmp_path / "outside.json"
    write_codec(tmp_path, "outside", "label", {})
    for name in ("../outside.json", str(outside), "graphs/../../outside.json"):
        manifest = whole | {"files": whole["files"] | {name: checksum(outside)}}
        (folder / MANIFEST).write_text(json.dumps(manifest))
        refused(folder, "is not inside it")
    (folder / MANIFEST).write_text(json.dumps(whole | {"codecs": whole["codecs"] | {"../../outside": "LabelCodec"}}))
    refused(folder, "no checksum of codecs/")
    files = {name: found for name, found in whole["files"].items() if "target" not in name}
    (folder / MANIFEST).write_text(json.dumps(whole | {"files": files}))
    refused(folder, "no checksum of codecs/target.json")


def test_the_card_may_be_edited(bundles: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundles["classifier"], tmp_path / "b"))
    (folder / "README.md").write_text("my model")
    (folder / "LICENSE").write_text("mine")
    assert load(folder).answer(["a good day"])


def test_what_lies_beside_a_bundle_is_not_lost(bundles: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundles["classifier"], tmp_path / "b"))
    assert check_target(folder) == folder
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert check_target(link) == folder
    for name in ("thesis.txt", ".git/config", "graphs/mine.onnx"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
        with pytest.raises(UsageError, match="holds .* beside a bundle"):
            check_target(folder)
        (folder / name).unlink()
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / MANIFEST).write_text('{"name": "of something else"}')
    with pytest.raises(UsageError, match="no bundle"):
        check_target(tmp_path / "web")
    (tmp_path / "animals.zoo").write_text("a list of animals")
    os.mkfifo(tmp_path / "pipe.zoo")
    for name in ("animals.zoo", "pipe.zoo"):
        with pytest.raises(UsageError, match="no bundle"):
            check_target(tmp_path / name)
    pack(folder, tmp_path / "b.zoo")
    assert check_target(tmp_path / "b.zoo") == tmp_path / "b.zoo"
    for name in ("animals.zoo/x", "a\0b", "x" * 300, "/dev/null"):
        with pytest.raises(UsageError):
            check_target(tmp_path / name)
