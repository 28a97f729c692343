"""The recipes: what they give, from files made after their formats; from the real ones where they are at hand."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections import Counter
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import zoo
from tests.data.conftest import FileServer
from zoo.data import Splits
from zoo.data.named import catalogue, find_data, names_for
from zoo.data.readers.idx import read_idx
from zoo.errors import UsageError, ZooError


def settings(**more: object) -> SimpleNamespace:
    return SimpleNamespace(**{"validation": 0.1, "test": 0.1, "on_error": "stop", **more})


def sizes(splits: Splits) -> list[int]:
    return [len(part) for _, part in splits.items()]


def read(name: str, **more: object) -> Splits:
    return catalogue()[name].read(settings(**more))


def test_a_name_is_found_for_its_topology_only() -> None:
    assert names_for("language model") == ["tinyshakespeare"]
    assert find_data("book.txt", "language model", {}) is None
    with pytest.raises(
        UsageError, match=r"data=multi30k is for many-to-many tasks, but this task is language model; it"
    ):
        find_data("multi30k", "language model", {})
    own = {"mine": lambda settings: Splits([])}
    assert find_data("mine", "language model", own) is own["mine"]


def test_a_name_with_a_colon_is_a_prefix_whose_function_hears_of_the_topology(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[object, str]] = []
    shelf = {"shelf:": lambda settings, topology: heard.append((settings, topology))}
    read = find_data("shelf:a/b,c=d", "synced", shelf)
    assert read is not None
    read("settings")
    assert heard == [("settings", "synced")]
    with pytest.raises(UsageError, match=r"data=shelf:a: no installed plugin reads 'shelf:'"):
        find_data("shelf:a", "synced", {})
    # A file of that name, and a drive, are paths.
    monkeypatch.chdir(tmp_path)
    Path("shelf:a").write_text("text")
    assert find_data("shelf:a", "synced", shelf) is None
    assert find_data("c:/book.txt", "language model", {}) is None


def test_the_task_takes_the_road(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_MIRROR", str(tmp_path))
    with pytest.raises(ZooError, match=r"data=tinyshakespeare: the mirror has neither .*tinyshakespeare/input.txt"):
        zoo.run("charlm", data="tinyshakespeare", out=str(tmp_path / "run"))
    with pytest.raises(UsageError, match="data=mnist is for one-to-one tasks"):
        zoo.run("charlm", data="mnist", out=str(tmp_path / "run"))
    with pytest.raises(ZooError, match="did you mean 'tinyshakespeare'"):
        zoo.run("charlm", data="tinyshakspeare", out=str(tmp_path / "run"))


@pytest.mark.parametrize(
    ("name", "more", "problem"),
    [
        ("multi30k", {"pair": "en-xx"}, r"data.pair=en-xx: multi30k has en, de, fr, cs; write for example en-fr"),
        ("multi30k", {"pair": "en-en"}, r"data.pair=en-en"),
        ("tatoeba", {"pair": "de-fr"}, r"data.pair=de-fr: tatoeba has English with one of"),
        ("rotten-tomatoes", {"fold": 10}, r"data.fold=10: rotten-tomatoes has folds 0 to 9"),
        ("gesture-phase", {"fold": -1}, r"data.fold=-1: gesture-phase has recordings 0 to 6"),
    ],
)
def test_options_that_it_has_not(name: str, more: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        read(name, **more)


def zipped(path: Path, members: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)


class TestMadeAfterTheFormat:
    @pytest.fixture(autouse=True)
    def mirror(self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("ZOO_MIRROR", str(tmp_path / "mirror"))
        return tmp_path / "mirror"

    def test_multi30k_of_other_languages(self, mirror: Path) -> None:
        folder = mirror / "multi30k_cs_de"
        folder.mkdir(parents=True)
        for language in ("de", "cs"):
            for split, count in (("train", 9), ("val", 2), ("test_2016_flickr", 3)):
                text = "".join(f"{language} {number}\n" for number in range(count))
                (folder / f"{split}.{language}.gz").write_bytes(gzip.compress(text.encode()))
        splits = read("multi30k", pair="de-cs")
        assert sizes(splits) == [9, 2, 3]
        assert list(splits.validation) == [{"source": f"de {n}", "target": f"cs {n}"} for n in range(2)]
        assert next(iter(read("multi30k", pair="cs-de").train)) == {"source": "cs 0", "target": "de 0"}

    def test_tatoeba(self, mirror: Path) -> None:
        rows = "".join(f'"Go {n}."\tVa {n}\u202f!\tCC-BY 2.0 (France)\n' for n in range(20))
        zipped(mirror / "tatoeba_fra" / "fra-eng.zip", {"_about.txt": "", "fra.txt": rows})
        splits = read("tatoeba")
        assert sizes(splits) == [16, 2, 2]
        assert next(iter(splits.train))["target"].startswith("Va ")
        assert next(iter(splits.train))["source"].startswith('"Go ')
        assert next(iter(read("tatoeba", pair="fr-en").train))["source"].startswith("Va ")

    def test_sst2(self, mirror: Path) -> None:
        rows = "sentence\tlabel\n" + "".join(f'a " phrase {n} \t{n % 2}\n' for n in range(20))
        zipped(mirror / "sst2" / "SST-2.zip", {"SST-2/train.tsv": rows, "SST-2/dev.tsv": "sentence\tlabel\nfine \t1\n"})
        splits = read("sst2")
        assert sizes(splits) == [18, 2, 1] and list(splits.test) == [{"source": "fine", "target": "1"}]

    def test_imdb(self, mirror: Path) -> None:
        (mirror / "imdb").mkdir(parents=True)
        with tarfile.open(mirror / "imdb" / "aclImdb_v1.tar.gz", "w:gz") as archive:
            for split in ("train", "test"):
                for label in ("pos", "neg", "unsup"):
                    for number in range(10):
                        text = f"{split} {label} {number}".encode()
                        info = tarfile.TarInfo(f"aclImdb/{split}/{label}/{number}_7.txt")
                        info.size = len(text)
                        archive.addfile(info, io.BytesIO(text))
        splits = read("imdb")
        assert sizes(splits) == [18, 2, 20]
        assert Counter(example["target"] for example in splits.test) == {"pos": 10, "neg": 10}

    def test_mnist(self, mirror: Path) -> None:
        (mirror / "mnist").mkdir(parents=True)
        for part, count in (("train", 5003), ("t10k", 4)):
            for kind, shape in (("images-idx3", (count, 28, 28)), ("labels-idx1", (count,))):
                head = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
                data = gzip.compress(head + bytes(int(np.prod(shape))), 1)
                (mirror / "mnist" / f"{part}-{kind}-ubyte.gz").write_bytes(data)
        with pytest.raises(ZooError, match=r"t10k-images-idx3-ubyte is not the expected file"):
            read("mnist")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not an idx file: it begins with nothing"),
        (b"\x89PNG", "not an idx file: it begins with 89504e47"),
        (b"\0\0\x08\x02\0\0\0\1", "cut off: its sizes are missing"),
        (b"\0\0\x08\x01\0\0\0\5abc", "11 bytes, but 13 make an array of 5"),
    ],
)
def test_bad_idx_files(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ZooError, match=f"a: {problem}"):
        read_idx(tmp_path / "a")
    (tmp_path / "b").write_bytes(b"\0\0\x0b\x02\0\0\0\1\0\0\0\2\1\0\0\2")
    assert read_idx(tmp_path / "b").tolist() == [[256, 2]]


class TestRealFiles:
    @pytest.fixture(autouse=True, params=["folder", "server"])
    def mirror(
        self,
        request: pytest.FixtureRequest,
        cache: Path,
        shared: Path,
        server: FileServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        server.folder = shared
        monkeypatch.setenv("ZOO_MIRROR", str(shared) if request.param == "folder" else server.address)

    def test_tinyshakespeare(self) -> None:
        splits = read("tinyshakespeare")
        (train,), (held_out,) = splits.train, splits.validation
        assert len(train["target"].read()) == 1_003_854 and len(held_out["target"].read()) == 111_540
        assert train["target"].read().startswith("First Citizen:") and sizes(splits) == [1, 1, 0]

    def test_multi30k(self) -> None:
        splits = read("multi30k")
        assert sizes(splits) == [29_000, 1_014, 1_000]
        assert sum(len(pair["source"].split()) for pair in splits.train) == 345_020
        reverse = read("multi30k", pair="fr-en")
        assert reverse.test[7] == {"source": splits.test[7]["target"], "target": splits.test[7]["source"]}  # type: ignore[index]

    def test_rotten_tomatoes(self) -> None:
        tested: list[str] = []
        for fold in range(10):
            splits = read("rotten-tomatoes", fold=fold)
            assert sum(sizes(splits)) == 10_662 and sizes(splits)[2] in (1066, 1067)
            assert not {e["source"] for e in splits.train} & {e["source"] for e in splits.validation}
            labels = Counter(example["target"] for example in splits.test)
            assert 0.42 < labels["positive"] / len(splits.test) < 0.58
            tested += [example["source"] for example in splits.test]
        assert len(tested) == 10_662
        assert not [text for text in tested if any("\x80" <= sign <= "\x9f" for sign in text)]

    def test_gesture_phase(self) -> None:
        splits = read("gesture-phase", fold=6)
        assert sizes(splits) == [5, 1, 1]
        frames = [example for _, part in splits.items() for example in part]
        assert sum(len(one["target"]) for one in frames) == 9901
        assert {label for one in frames for label in one["target"]} == {
            "Rest",
            "Preparation",
            "Stroke",
            "Hold",
            "Retraction",
        }
        assert {one["source"].shape[1] for one in frames} == {18}
        assert sizes(read("gesture-phase", validation=0)) == [6, 0, 1]

    def test_mnist(self) -> None:
        splits = read("mnist-10k")
        assert sizes(splits) == [8000, 1000, 1000]
        first = next(iter(splits.train))
        assert first["target"] == "7" and first["source"].shape == (28, 28) and first["source"].max() == 255


def test_real_flickr8k(
    cache: Path, shared: Path, tmp_path: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOO_MIRROR", str(shared))
    splits = read("flickr8k")
    assert sizes(splits) == [30_000, 1000, 1000]
    assert all(len(example["references"]) == 5 for example in splits.test)
    pictures = [{example["source"] for example in part} for _, part in splits.items()]
    assert [len(part) for part in pictures] == [6000, 1000, 1000] and not pictures[0] & pictures[2]
    # As it comes from the internet: two archives, here with every picture once.
    monkeypatch.setenv("ZOO_MIRROR", server.address)
    for name, folder, inside in (
        ("Flickr8k_text.zip", shared / "flickr8k" / "Flickr8k_text", ""),
        ("Flickr8k_Dataset.zip", shared / "flickr8k" / "images", "Flicker8k_Dataset/"),
    ):
        (tmp_path / "flickr8k").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "flickr8k" / name, "w") as archive:
            for path in folder.iterdir():
                archive.write(path, f"{inside}{path.name}")
    server.folder = tmp_path
    fetched = read("flickr8k")
    assert sizes(fetched) == [30_000, 1000, 1000]
    for one, other in zip(islice(fetched.test, 5), islice(splits.test, 5), strict=True):
        assert one["references"] == other["references"]
        assert one["source"].read_bytes() == other["source"].read_bytes()
