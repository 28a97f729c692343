"""Models as wheels: pip installs them, commands and `zoo.load` answer with them, and nothing else is in them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import pytest

import zoo
from tests.conftest import RHYME, TINY
from zoo.cli import main
from zoo.errors import UsageError, ZooError
from zoo.runs.packaging import package

pytest.importorskip("onnx", reason="needs pip install 'seqzoo[export]'")
pytest.importorskip("onnxruntime", reason="needs pip install 'seqzoo[export]'")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="an export is made by TensorFlow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wheels")


@pytest.fixture(scope="module")
def charlm(folder: Path) -> zoo.Run:
    (folder / "rhyme.txt").write_text(RHYME * 40, encoding="utf-8")
    return zoo.run("charlm", data=str(folder / "rhyme.txt"), out=str(folder / "charlm"), **TINY)


@pytest.fixture(scope="module")
def wheel(charlm: zoo.Run, folder: Path) -> Path:
    return package(str(charlm.folder.path), "rhymes", out=str(folder), version="1.2", examples=0, license="CC0-1.0")


@pytest.fixture(scope="module")
def site(wheel: Path, folder: Path) -> Path:
    """The wheel, as pip unpacks it."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, str(folder / "site"), str(wheel)], check=True, timeout=300)
    return folder / "site"


def test_a_wheel_holds_a_bundle_and_a_true_record_and_no_code(wheel: Path):
    assert wheel.name == "zoo_model_rhymes-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = list(csv.reader(io.StringIO(archive.read("zoo_model_rhymes-1.2.dist-info/RECORD").decode())))
        metadata = archive.read("zoo_model_rhymes-1.2.dist-info/METADATA").decode()
    assert [row[0] for row in record] == names
    endings = {Path(name).suffix for name in names if ".dist-info/" not in name}
    assert endings == {".onnx", ".json", ".md"}
    assert "\nName: zoo-model-rhymes\nVersion: 1.2\n" in metadata and "\nLicense: CC0-1.0\n" in metadata


def test_pip_checks_the_record(wheel: Path, site: Path):
    from importlib.metadata import Distribution

    installed = Distribution.at(site / "zoo_model_rhymes-1.2.dist-info")
    files = [file for file in installed.files or () if file.hash]
    assert len(files) > 5
    for file in files:
        import base64
        import hashlib

        digest = hashlib.new(file.hash.mode, (site / file).read_bytes()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == file.hash.value


def test_an_installed_model_answers_by_its_name(
    charlm: zoo.Run, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.chdir(tmp_path)
    wanted = charlm.sample("one ", seed=3, length=20)
    assert main(["sample", "rhymes", "prime=one ", "seed=3", "length=20"]) == 0
    assert capsys.readouterr().out == f"one {wanted}\n"
    assert zoo.load("rhymes").sample("one ", seed=3, length=20) == wanted
    assert zoo.runtime.load("zoo-model-rhymes").sample("one ", seed=3, length=20) == wanted
    assert main(["list", "models", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["distribution"], listed["version"]) == ("rhymes", "zoo-model-rhymes", "1.2")
    assert main(["list"]) == 0
    assert "zoo-model-rhymes 1.2" in capsys.readouterr().out
    assert main(["evaluate", "rhymes"]) == 1
    assert "rhymes is a bundle: zoo predict and zoo sample answer with it" in capsys.readouterr().err
    assert main(["sample", "rhymes", "engine=jax"]) == 2
    assert "is a bundle, which answers without TensorFlow and JAX" in capsys.readouterr().err


def test_a_run_of_the_same_name_comes_first_and_a_line_says_so(
    charlm: zoo.Run, site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rhymes").symlink_to(charlm.folder.path)
    with pytest.warns(UserWarning, match="'rhymes' is a run here; for the installed model .* write zoo-model-rhymes"):
        assert isinstance(zoo.load("rhymes"), zoo.Run)


def test_a_model_of_two_distributions_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.syspath_prepend(str(site))
    other = tmp_path / "other-2.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 2.0\n")
    (other / "entry_points.txt").write_text("[zoo.models]\nrhymes = other_model\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ZooError, match="installed twice, by other 2.0 and zoo-model-rhymes 1.2"):
        zoo.load("rhymes")
    assert zoo.load("zoo-model-rhymes").name == "charlm"


def test_a_tampered_wheel_answers_nothing(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    graph = tmp_path / "zoo_model_rhymes" / "graphs" / "step.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ZooError, match="step.onnx: damaged or changed"):
        zoo.load("rhymes")


def test_a_bundle_is_packaged_as_it_is(charlm: zoo.Run, folder: Path):
    bundle = charlm.export(folder / "bundle", examples=0).path
    made = package(str(bundle), "again", out=str(folder))
    with zipfile.ZipFile(made) as archive:
        assert archive.read("zoo_model_again/bundle.json") == (bundle / "bundle.json").read_bytes()
    with pytest.raises(UsageError, match="is a bundle already; precision= is for a run"):
        package(str(bundle), "again", precision="int8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["Not A Name"], "'Not A Name' cannot name a model"),
        (["fine", "version=latest"], "version=latest: expected numbers and dots"),
        ([], "no name given; write zoo package charlm shakespeare"),
    ],
)
def test_what_pip_would_refuse_is_refused(
    charlm: zoo.Run, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["package", str(charlm.folder.path), *words]) == 2
    assert message in capsys.readouterr().err
