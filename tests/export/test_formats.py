"""Bundles in the other formats: they answer as their run, in a process that has nothing of the zoo."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import zoo
from tests.conftest import RHYME, TINY
from tests.settings_by_part import SettingsByPart
from zoo.data.batching.length_buckets import length_bucket, row_bucket
from zoo.errors import UsageError, ZooError
from zoo.export.formats import make_format
from zoo.runtime import Bundle
from zoo.runtime.manifest import read_bundle_manifest

pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")

SMALL: dict[str, object] = {"units": 8, "embedding": 6}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


@pytest.fixture(scope="module")
def charlm(folder: Path) -> zoo.Run:
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    settings: SettingsByPart = {**TINY, "model": {"units": 16, "layers": 2, "cell": "lstm"}}
    settings["train"] = {"steps": 60, "learning_rate": 0.03}  # so that it writes more than spaces
    return zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "charlm"), **settings)


@pytest.fixture(scope="module")
def sentiment(folder: Path) -> zoo.Run:
    rows = [
        f"{text} {number},{label}" for number in range(20) for text, label in (("good day", "yes"), ("bad night", "no"))
    ]
    (folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    model = {**SMALL, "cell": "gru", "pooling": "attention"}
    return zoo.run(
        "sentiment", data=str(folder / "reviews.csv"), out=str(folder / "sentiment"), model=model, train={"steps": 8}
    )


@pytest.fixture(scope="module")
def translation(folder: Path) -> zoo.Run:
    words = ["one", "two", "three", "four", "five", "six"]
    pairs = [f"{a} {b} {c}\t{c.upper()} {b.upper()} {a.upper()}" for a in words for b in words for c in words]
    (folder / "pairs.tsv").write_text("en\tfr\n" + "\n".join(pairs) + "\n")
    return zoo.run(
        "translation",
        data=str(folder / "pairs.tsv"),
        out=str(folder / "translation"),
        model={**SMALL, "layers": 2},
        train={"steps": 60, "learning_rate": 0.02},
        search={"length": 8},
    )


@pytest.fixture(scope="module")
def frames(folder: Path) -> zoo.Run:
    draw = np.random.default_rng(0)
    (folder / "sensors").mkdir()
    for number in range(12):
        values = draw.normal(size=(10, 3))
        lines = [f"{a},{b},{c},{'up' if a > 0 else 'down'}" for a, b, c in values]
        (folder / "sensors" / f"{number}.csv").write_text("a,b,c,label\n" + "\n".join(lines) + "\n")
    return zoo.run(
        "frames",
        data=str(folder / "sensors"),
        out=str(folder / "frames"),
        model={"units": 8, "cell": "rnn"},
        train={"steps": 8},
    )


def alone(code: str, *words: str, allowed: str, cwd: Path) -> str:
    """Run Python that can import nothing but the standard library and some packages."""
    guard = f"""
import sys

class Guard:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top == "zoo" or {allowed!r} != "*" and top not in {{*sys.stdlib_module_names, *{allowed!r}.split()}}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Guard())
"""
    command = [sys.executable, "-c", guard + code, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


RUN_FILE = """
import runpy
runpy.run_path("model.py", run_name="__main__")
"""


def to_numpy(run: zoo.Run, folder: Path) -> Path:
    done = run.export(folder / f"numpy-{run.name}", format="numpy", examples=12)
    assert done.parity is not None and done.parity.equal == 1 and done.parity.difference < 1e-5
    assert {path.name for path in done.path.iterdir()} == {
        *("README.md", "bundle.json", "codecs", "model.json", "model.py", "weights.npz")
    }
    return done.path


def test_a_file_of_numpy_classifies_as_the_run(sentiment: zoo.Run, folder: Path):
    texts = ["good day 3", "a bad night", "day"]
    out = alone(RUN_FILE, *texts, allowed="numpy", cwd=to_numpy(sentiment, folder))
    assert out.split() == sentiment.predict(texts)


def test_a_file_of_numpy_translates_as_the_run(translation: zoo.Run, folder: Path):
    texts = ["one two three", "six six four", "two nine one"]
    out = alone(RUN_FILE, *texts, allowed="numpy", cwd=to_numpy(translation, folder))
    assert out.splitlines() == translation.predict(texts, strategy="greedy")


def test_a_file_of_numpy_writes_as_the_run(charlm: zoo.Run, folder: Path):
    write = "from model import Model\nprint(Model().sample('one ', length=30, temperature=0), end='')"
    out = alone(f"sys.path.insert(0, '.')\n{write}", allowed="numpy model", cwd=to_numpy(charlm, folder))
    assert out == charlm.sample("one ", length=30, strategy="greedy")


def test_a_file_of_numpy_labels_frames_as_the_run(frames: zoo.Run, folder: Path):
    values = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)
    np.savetxt(folder / "values.csv", values, delimiter=",")
    out = alone(RUN_FILE, str(folder / "values.csv"), allowed="numpy", cwd=to_numpy(frames, folder))
    assert out.split() == frames.predict([values])[0]


PLAIN_TENSORFLOW = """
import numpy as np, tensorflow as tf
arrays = np.load("given.npz")
for name in sys.argv[1:]:
    signature = tf.saved_model.load(f"{name}/model/1").signatures[
        "predict" if name.endswith("sentiment") else "serving_default"
    ]
    given = {key.split(":")[1]: tf.constant(arrays[key]) for key in arrays.files if key.startswith(name + ":")}
    print(signature(**given)["output_0"].numpy().tolist())
"""


def test_plain_tensorflow_loads_a_savedmodel(sentiment: zoo.Run, folder: Path):
    done = sentiment.export(folder / "saved-sentiment", format="savedmodel", examples=6)
    assert done.parity is not None and done.parity.equal == 1 and done.parity.difference < 1e-5
    assert (done.path / "model" / "1" / "saved_model.pb").is_file()  # a folder with a number for each version
    source = np.array([[1, 2, 3], [2, 1, 0]], np.int32)
    mask = np.array([[True, True, True], [True, True, False]])
    np.savez(folder / "given.npz", **{"saved-sentiment:source": source, "saved-sentiment:mask": mask})
    out = alone(PLAIN_TENSORFLOW, "saved-sentiment", allowed="*", cwd=folder).splitlines()
    wanted = keras.ops.log_softmax(sentiment.model(source, mask=mask))
    np.testing.assert_allclose(json.loads(out[-1]), wanted, atol=1e-5)


@pytest.mark.slow
def test_plain_tensorflow_steps_with_a_savedmodel(charlm: zoo.Run, translation: zoo.Run, folder: Path):
    for run in (charlm, translation):
        done = run.export(folder / f"saved-{run.name}", format="savedmodel", examples=6)
        assert done.parity is not None and done.parity.equal == 1 and done.parity.difference < 1e-5
    tokens, state = np.array([1, 3], np.int32), charlm.model.start(2)
    given = {f"saved-charlm:state_{place}": leaf for place, leaf in enumerate(keras.tree.flatten(state))}
    np.savez(folder / "given.npz", **given, **{"saved-charlm:tokens": tokens})
    out = alone(PLAIN_TENSORFLOW, "saved-charlm", allowed="*", cwd=folder).splitlines()
    np.testing.assert_allclose(json.loads(out[-1]), charlm.model.step(tokens, state)[0], atol=1e-5)


def loop(path: Path, word: str) -> str:
    """Run the loop that a card shows."""
    (code,) = re.findall(r"```python\n(.*?)```", (path / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code.splitlines()) <= 50
    return alone(f"import sys\n{code}", word, allowed="numpy ai_edge_litert", cwd=path)


def test_the_loop_on_the_card_of_litert_answers_as_the_run(
    charlm: zoo.Run, sentiment: zoo.Run, translation: zoo.Run, folder: Path
):
    pytest.importorskip("ai_edge_litert", reason="needs pip install 'seqzoo[litert]'")
    runs = (charlm, sentiment, translation)
    done = {run.name: run.export(folder / f"litert-{run.name}", format="litert", examples=6) for run in runs}
    for name, export in done.items():
        assert export.parity is not None and export.parity.equal == 1 and export.parity.difference < 1e-4, name
    wanted = charlm.sample("one ", length=40, strategy="greedy")
    assert loop(done["charlm"].path, "one ") == f"one {wanted}\n"
    assert loop(done["sentiment"].path, "a bad night").split() == sentiment.predict("a bad night")
    (wanted,) = translation.predict("six six four", strategy="greedy")
    assert loop(done["translation"].path, "six six four") == f"{wanted}\n"


@pytest.mark.parametrize("name", ["numpy", "litert"])
def test_what_pads_a_batch_changes_no_answer(name: str, sentiment: zoo.Run, folder: Path):
    if name == "litert":
        pytest.importorskip("ai_edge_litert", reason="needs pip install 'seqzoo[litert]'")
    texts = ["good day", "bad night", "a bad day", "good day bad night good day bad night day"]
    length = max(len(sentiment.codecs["source"].encode(text)) for text in texts)
    assert length_bucket(length) > length and row_bucket(len(texts) - 1) > len(texts) - 1
    limit = {"length": length} if name == "litert" else {}
    path = sentiment.export(folder / f"padded-{name}", format=name, examples=0, **limit).path
    bundle = Bundle(path, read_bundle_manifest(path), open_graph=make_format(name, length).opener(path))
    for wanted, found in zip(sentiment.answer(texts), bundle.answer(texts), strict=True):
        assert found.value == wanted.value
        assert found.details["probabilities"] == pytest.approx(wanted.details["probabilities"], abs=1e-5)
    if name == "litert":
        with pytest.raises(ZooError, match=f"a source has {length + 1} positions, more than the {length}"):
            bundle.answer([texts[-1] + " day"])


def test_what_a_format_does_not_have_is_refused_in_one_line(sentiment: zoo.Run, folder: Path):
    with pytest.raises(UsageError, match="precision=int8: format=numpy has only float32 and float16"):
        sentiment.export(folder / "refused", format="numpy", precision="int8")
    with pytest.raises(UsageError, match="length=8: only format=litert"):
        sentiment.export(folder / "refused", format="onnx", length=8)
    half = sentiment.export(folder / "half", format="numpy", precision="float16", examples=4)
    assert half.parity is not None and half.parity.equal == 1
    with pytest.raises(ZooError, match="has the format numpy: its README.md shows how it answers"):
        zoo.runtime.load(half.path)
    assert not (folder / "refused").exists()


def test_a_cell_that_numpy_lacks_is_named(folder: Path):
    run = zoo.run(
        "charlm",
        data=str(folder / "rhyme.txt"),
        out=str(folder / "lnlstm"),
        **{**TINY, "model": {"units": 4, "layers": 1, "cell": "lnlstm"}, "train": {"steps": 1}},
    )
    with pytest.raises(ZooError, match="has LSTM, GRU and simple RNN layers, not .*; use format=onnx"):
        run.export(folder / "refused", format="numpy")
    assert not (folder / "refused").exists()


@pytest.mark.slow
def test_images_and_frames_convert(frames: zoo.Run, folder: Path):
    pytest.importorskip("ai_edge_litert", reason="needs pip install 'seqzoo[litert]'")
    captioning = zoo.run(
        "captioning",
        out=str(folder / "captioning"),
        model={"units": 8, "embedding": 6, "filters": [4, 8]},
        train={"steps": 4},
        search={"length": 6},
    )
    for run in (captioning, frames):
        for name in ("savedmodel", "litert"):
            done = run.export(folder / f"{name}-{run.name}", format=name, examples=6)
            assert done.parity is not None and done.parity.equal == 1 and done.parity.difference < 1e-4, (
                run.name,
                name,
            )
    with pytest.raises(ZooError, match="images go through convolutions; use format=onnx"):
        captioning.export(folder / "refused", format="numpy")
