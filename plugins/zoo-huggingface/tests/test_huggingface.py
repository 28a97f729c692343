"""Data sets in the formats of the `datasets` package, written here: no test goes to the network."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

import zoo
from zoo.plugins import Plugins
from zoo.settings import DataSettings

if TYPE_CHECKING:
    from datasets import Dataset

datasets = pytest.importorskip("datasets", reason="the package datasets is not installed: pip install zoo-huggingface")

WORDS = ["warm", "small", "film", "long", "half", "good", "bad", "dull", "fine", "odd"]


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is prepared in the test's folder, and the network out of it."""
    datasets.disable_progress_bars()
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)


def texts(count: int, start: int = 0) -> list[str]:
    return [
        " ".join(WORDS[(index * step) % 10] for step in (1, 3, 7)) + f" {index}"
        for index in range(start, start + count)
    ]


def labelled(count: int, start: int = 0) -> Dataset:
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})
    rows = {"text": texts(count, start), "label": [index % 2 for index in range(count)]}
    return datasets.Dataset.from_dict(rows, features=features)


def read(source: str, topology: str, **more: object) -> zoo.data.Splits:
    from zoo_huggingface import read as read_data

    settings = {"source": source, "validation": 0.2, "test": 0.2, "on_error": "stop", **more}
    return read_data(cast(DataSettings, SimpleNamespace(**settings)), topology)


def sizes(splits: zoo.data.Splits) -> list[int]:
    return [len(part) for _, part in splits.items()]


def images(count: int) -> list[Image.Image]:
    import numpy as np

    return [Image.fromarray(np.full((6, 8), 7 * index % 256, np.uint8)) for index in range(count)]


def test_the_prefix_is_found_as_a_plugin():
    components = Plugins().load_components()
    assert "hf:" in components.data


def test_a_saved_folder_trains_a_task_and_is_evaluated(tmp_path: Path):
    saved = datasets.DatasetDict({"train": labelled(60), "validation": labelled(10, 100), "test": labelled(12, 200)})
    saved.save_to_disk(str(tmp_path / "saved"))
    run = zoo.run(
        "sentiment",
        data=f"hf:{tmp_path / 'saved'}",
        model={"units": 4, "embedding": 4},
        batch={"size": 16},
        train={"steps": 2},
        out=str(tmp_path / "run"),
    )
    assert run.codecs["target"].labels == ("neg", "pos")
    assert set(run.evaluate()) >= {"loss", "accuracy"}
    assert run.predict(["warm film"])[0] in ("neg", "pos")


def test_a_folder_without_splits_is_split_by_content(tmp_path: Path):
    one = datasets.concatenate_datasets([labelled(200), labelled(200)])
    one.save_to_disk(str(tmp_path / "saved"))
    splits = read(f"hf:{tmp_path / 'saved'}", "many-to-one")
    assert sum(sizes(splits)) == 400
    assert all(size >= 40 for size in sizes(splits)[1:])
    parts = [{example["source"] for example in part} for _, part in splits.items()]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    again = read(f"hf:{tmp_path / 'saved'}", "many-to-one")
    assert list(again.test) == list(splits.test)
    assert splits.train[:2] == [splits.train[0], splits.train[1]]


def test_json_lines_with_names_of_columns(tmp_path: Path):
    lines = [f'{{"says": "{text}", "stars": {index % 5}, "id": {index}}}' for index, text in enumerate(texts(40))]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    source = f"hf:json,files={tmp_path / 'a.jsonl'}"
    splits = read(source, "many-to-one", validation=0.0, test=0.0)
    assert splits.train[3] == {"source": texts(40)[3], "target": 3}
    with pytest.raises(zoo.UsageError, match=r"hf:json: there is no column 'nothing'; its columns: says \(text\), st"):
        read(f"{source},source=nothing", "many-to-one")
    with pytest.raises(zoo.UsageError, match=r"source=stars is not a column of type text"):
        read(f"{source},source=stars", "many-to-one")
    assert read(f"{source},target=id", "many-to-one", validation=0.0, test=0.0).train[0]["target"] == 0


def test_csv_and_splits_by_name(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("sentence,sentiment\n" + "".join(f"{text},ok\n" for text in texts(5)))
    both = f"hf:csv,files={tmp_path / 'one.csv'},{tmp_path / 'two.csv'}"
    assert sizes(read(both, "many-to-one", validation=0, test=0)) == [10, 0, 0]
    saved = datasets.DatasetDict({"all": labelled(5), "held": labelled(3, 50)})
    saved.save_to_disk(str(tmp_path / "saved"))
    where = f"hf:{tmp_path / 'saved'}"
    with pytest.raises(zoo.UsageError, match="which split is for training. Add train=NAME; it has all, held"):
        read(where, "many-to-one")
    assert sizes(read(f"{where},train=all,test=held", "many-to-one", validation=0)) == [5, 0, 3]
    with pytest.raises(zoo.UsageError, match="test=none is not one of its splits: all, held"):
        read(f"{where},train=all,test=none", "many-to-one")


def test_parquet_in_a_folder(tmp_path: Path):
    folder = tmp_path / "parquet"
    folder.mkdir()
    labelled(8).to_parquet(folder / "train.parquet")
    labelled(4, 20).to_parquet(folder / "test.parquet")
    splits = read(f"hf:{folder}", "many-to-one", validation=0)
    assert sizes(splits) == [8, 0, 4]
    assert splits.test[1] == {"source": texts(2, 20)[1], "target": "pos"}


def test_lines_of_text_are_documents(tmp_path: Path):
    (tmp_path / "a.txt").write_text("one two\n\nthree four\nfive\n")
    splits = read(f"hf:text,files={tmp_path / 'a.txt'}", "language model", validation=0, test=0, on_error="skip")
    assert [example["target"].read() for example in splits.train] == ["one two\n", "three four\n", "five\n"]
    assert splits.notes and "row 2 of its train split has no target" in splits.notes[0]
    with pytest.raises(zoo.ZooError, match=r"row 2 of its train split has no target; data.on_error=skip skips"):
        read(f"hf:text,files={tmp_path / 'a.txt'}", "language model")


def test_translations(tmp_path: Path):
    pairs = [{"en": f"good {index}", "fr": f"bon {index}", "de": f"gut {index}"} for index in range(6)]
    features = datasets.Features({"translation": datasets.Translation(languages=("de", "en", "fr"))})
    datasets.Dataset.from_dict({"translation": pairs}, features=features).save_to_disk(str(tmp_path / "saved"))
    where = f"hf:{tmp_path / 'saved'}"
    splits = read(where, "many-to-many", pair="en-fr", validation=0, test=0)
    assert splits.train[1] == {"source": "good 1", "target": "bon 1"}
    assert read(f"{where},pair=fr-de", "many-to-many", validation=0, test=0).train[1]["target"] == "gut 1"
    chosen = read(f"{where},source=translation.de,target=translation.en", "many-to-many", validation=0, test=0)
    assert chosen.train[1] == {"source": "gut 1", "target": "good 1"}
    with pytest.raises(zoo.UsageError, match=r"no texts in the languages pair=en-it; its columns: translation.de \(te"):
        read(f"{where},pair=en-it", "many-to-many")
    with pytest.raises(zoo.UsageError, match="which column is the source"):
        read(where, "many-to-many")


def test_images_with_labels_and_with_captions(tmp_path: Path):
    import numpy as np

    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["dark", "light"]),
            "captions": datasets.Sequence(datasets.Value("string")),
        }
    )
    rows = {
        "image": images(30),
        "label": [index % 2 for index in range(30)],
        "captions": [[f"a grey {index}", " ", f"grey no {index}"] for index in range(30)],
    }
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(tmp_path / "saved"))
    where = f"hf:{tmp_path / 'saved'}"
    labels = read(where, "one-to-one")
    assert sum(sizes(labels)) == 30
    whole = read(where, "one-to-one", validation=0, test=0)
    assert whole.train[5]["target"] == "light"
    np.testing.assert_array_equal(np.asarray(whole.train[5]["source"]), 35)
    captions = read(where, "one-to-many", validation=0.3, test=0)
    assert len(captions.train) == 2 * (30 - len(captions.validation))
    assert captions.train[1]["references"] == (captions.train[0]["target"], captions.train[1]["target"])
    with pytest.raises(zoo.UsageError, match="no data for synced tasks"):
        read(where, "synced")


def test_a_split_without_labels_is_left_out(tmp_path: Path):
    hidden = labelled(4, 50).map(lambda row: {"label": -1})
    datasets.DatasetDict({"train": labelled(20), "test": hidden}).save_to_disk(str(tmp_path / "saved"))
    splits = read(f"hf:{tmp_path / 'saved'}", "many-to-one")
    assert "its test split has no labels, and is left out" in splits.notes[0]
    assert sum(sizes(splits)) == 20


def test_an_address_that_means_nothing(tmp_path: Path):
    with pytest.raises(zoo.UsageError, match="there is no option 'colour'; known: config, "):
        read("hf:a/b,colour=red", "many-to-one")
    with pytest.raises(zoo.UsageError, match="expected a name"):
        read("hf:", "many-to-one")
    with pytest.raises(zoo.UsageError, match="'red' is not an option"):
        read("hf:a/b,red", "many-to-one")
    with pytest.raises(zoo.UsageError, match="which files. Write hf:csv,files=PATH"):
        read("hf:csv", "many-to-one")
    with pytest.raises(zoo.ZooError, match="there is no such folder"):
        read("hf:./nothing", "many-to-one")
    with pytest.raises(zoo.ZooError, match="hf:json: cannot be read: Unable to find"):
        read(f"hf:json,files={tmp_path / 'none.jsonl'}", "many-to-one")


RAISED = [
    *(kind("what\na library says") for kind in (Exception, OSError, ValueError, TypeError, KeyError, IndexError)),
    *(kind("what\na library says") for kind in (RuntimeError, NotImplementedError, EOFError, UnicodeError)),
    *(MemoryError(), RecursionError(), Exception(), AssertionError(), ArithmeticError(), LookupError("")),
]


@pytest.mark.parametrize(
    "call",
    [
        "datasets.load_from_disk",
        "datasets.Dataset.select_columns",
        "datasets.Dataset.iter",
        "datasets.Dataset.__getitem__",
        "datasets.Dataset.cast_column",
        "PIL.Image.open",
    ],
)
def test_whatever_a_library_raises_is_one_line(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    features = datasets.Features({"image": datasets.Image(), "captions": datasets.Sequence(datasets.Value("string"))})
    rows = {"image": images(4), "captions": [["a grey one", "another"]] * 4}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(tmp_path / "saved"))
    for raised in RAISED:

        def fail(*_: object, raised: Exception = raised, **__: object) -> None:
            raise raised

        with monkeypatch.context() as patch, pytest.raises(zoo.ZooError) as caught:
            patch.setattr(call, fail)
            splits = read(f"hf:{tmp_path / 'saved'}", "one-to-many", validation=0, test=0)
            list(splits.train)
        message = str(caught.value)
        assert message.startswith(f"hf:{tmp_path / 'saved'}: ") and "\n" not in message, message
        assert message == message.rstrip(": "), message


def test_a_damaged_image_is_named_or_left_out(tmp_path: Path):
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["dark", "light"])})
    rows = {"image": [*images(3), {"bytes": b"no image", "path": None}], "label": [0, 1, 0, 1]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(tmp_path / "saved"))
    splits = read(f"hf:{tmp_path / 'saved'}", "one-to-one", validation=0, test=0)
    with pytest.raises(zoo.ZooError, match="saved: row 4: cannot be read: cannot identify image file"):
        list(splits.train)
    splits = read(f"hf:{tmp_path / 'saved'}", "one-to-one", validation=0, test=0, on_error="skip")
    assert len(list(splits.train)) == 3 and "1 of 4 rows were left out" in splits.notes[0]


def test_offline_is_one_line(tmp_path: Path):
    with pytest.raises(zoo.ZooError) as caught:
        read("hf:owner/name", "many-to-one")
    message = str(caught.value)
    assert message.startswith("hf:owner/name: huggingface.co cannot be reached, and there is no copy in")
    assert "\n" not in message
