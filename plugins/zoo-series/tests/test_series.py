"""Recordings are read from every form, windows never look ahead, and both kinds of model learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import zoo
from zoo.testing import check_task
from zoo_series.forecast_metrics import forecast_metrics, naive, quantile_loss, seasonal
from zoo_series.recordings import Reading, divide, read_recordings
from zoo_series.signals import seasons, waves
from zoo_series.task import Series
from zoo_series.ts_file import read_ts
from zoo_series.windows import cut_by_time

TS = "# a comment\n@problemName x\n@univariate false\n@classLabel true a b\n@data\n1,2,3:4,5,6:a\n7,8:9,10:b\n"


def reader(text: str) -> np.ndarray:
    from zoo.data import read_sequence

    found = read_sequence(Path(text))
    assert isinstance(found, np.ndarray)
    return found


def targets(examples: object) -> list[str]:
    return sorted(example["target"] for example in examples)  # type: ignore[attr-defined]


def test_a_ts_file_has_recordings_of_any_length(tmp_path: Path):
    (tmp_path / "x.ts").write_text(TS)
    first, second = read_ts(tmp_path / "x.ts")
    np.testing.assert_array_equal(first.values, [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(second.values, [[7, 9], [8, 10]])
    assert (first.target, second.target, second.place) == ("a", "b", "x.ts:7")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("@classLabel true a\n@data\n1,?:a\n", "x.ts:3: a value is missing"),
        ("@classLabel true a\n@data\n1,x:a\n", "x.ts:3: could not convert"),
        ("@classLabel true a\n@data\n1,2:1:a\n", "x.ts:3: the dimensions have 2, 1 values"),
        ("@classLabel true a\n@data\n1,2:a\n1:2:a\n", "x.ts:4: 2 dimensions, but the recordings above have 1"),
        ("@classLabel true a\n@data\na\n", "x.ts:3: a label without values"),
        ("@classLabel true a\n@data\ninf:a\n", "x.ts:3: a value is not finite"),
        ("1,2:a\n", "x.ts:1: expected a line that begins with @"),
        ("@problemName x\n", "it has no line @data"),
        ("\xff\xfe", "not UTF-8"),
    ],
)
def test_a_bad_ts_file_is_named_with_its_line(tmp_path: Path, content: str, message: str):
    (tmp_path / "x.ts").write_text(content, encoding="latin-1")
    with pytest.raises(zoo.ZooError) as caught:
        read_recordings(str(tmp_path / "x.ts"), Reading(), reader)
    assert message in str(caught.value)


def test_recordings_are_read_from_every_form(tmp_path: Path):
    archive = tmp_path / "archive"
    archive.mkdir()
    for split in ("TRAIN", "TEST"):
        (archive / f"x_{split}.ts").write_text(TS)
    splits = read_recordings(str(archive), Reading(), reader)
    assert targets(splits.train) == targets(splits.test) == ["a", "b"] and not len(splits.validation)
    folders = tmp_path / "folders"
    for label, sign in (("up", 1), ("down", -1)):
        (folders / label).mkdir(parents=True)
        for number in range(10):
            (folders / label / f"{number}.csv").write_text(f"y\n0\n{sign}\n")
    splits = read_recordings(str(folders), Reading(), reader, 0.1, 0.2)
    assert [len(part) for _, part in splits.items()] == [14, 2, 4]
    assert set(targets(splits.train)) == set(targets(splits.validation)) == {"up", "down"}
    rows = "recording,y,label\n" + "".join(
        f"{n},{n + t},{'odd' if n % 2 else 'even'}\n" for n in range(8) for t in (0, 1)
    )
    (tmp_path / "long.csv").write_text(rows)
    splits = read_recordings(str(tmp_path / "long.csv"), Reading(sequence="recording"), reader, 0.25, 0.0)
    assert targets(splits.train) + targets(splits.validation) == ["even"] * 3 + ["odd"] * 3 + ["even", "odd"]
    (tmp_path / "long.csv").write_text(rows.replace("3,4,odd", "3,4,even"))
    with pytest.raises(zoo.ZooError, match="labels, such as 'even' and 'odd'.*task=frames"):
        read_recordings(str(tmp_path / "long.csv"), Reading(sequence="recording"), reader, 0.0, 0.0)


def test_every_class_stays_in_training():
    recordings = [(f"{n}", {"source": np.zeros((2, 1)), "target": label}) for n, label in enumerate("aaaaaaaab")]
    splits = divide({"train": recordings}, 0.25, 0.25, True)
    assert targets(splits.train) == ["a"] * 4 + ["b"] and len(splits.validation) == len(splits.test) == 2


@pytest.mark.parametrize(("length", "context", "steps"), [(100, 20, 5), (60, 30, 10), (40, 100, 3)])
def test_no_target_of_training_is_later_than_what_is_held_out(length: int, context: int, steps: int):
    series = np.arange(length, dtype=np.float32)[:, None]
    splits = cut_by_time({"train": [series]}, context, steps, 0.1, 0.1)
    last = -1.0
    for _, part in splits.items():
        assert len(part)
        for window in part:
            source, target = window["source"][:, 0], window["target"][:, 0]
            assert len(target) == steps and 0 < len(source) <= context
            np.testing.assert_array_equal(np.concatenate([source, target]), np.arange(source[0], target[-1] + 1))
        ends = [window["target"][-1, 0] for window in part]
        assert min(window["target"][0, 0] for window in part) > last
        last = max(ends)


def test_series_that_are_too_short_are_refused():
    with pytest.raises(zoo.ZooError, match="the longest has 6; decrease"):
        cut_by_time({"train": [np.zeros((6, 1), np.float32)]}, 4, 5, 0.1, 0.1)


def test_errors_are_those_of_the_definition():
    source = np.arange(6.0)[:, None]  # [6, 1]
    np.testing.assert_array_equal(naive(source, 2), [[5], [5]])
    repeated = seasonal(source, 5, 3)
    assert repeated is not None and repeated[:, 0].tolist() == [3, 4, 5, 3, 4]
    assert seasonal(source, 5, 7) is None and seasonal(source, 5, 0) is None
    truth, forecasts = np.array([[[1.0], [2.0]]]), np.array([[[[0.0, 2.0, 3.0]], [[0.0, 2.0, 3.0]]]])
    assert quantile_loss(truth, forecasts[..., 1:2], (0.5,)) == np.abs(truth - forecasts[..., 1]).mean() == 0.5
    assert quantile_loss(truth, forecasts[..., :1], (0.1,)) == pytest.approx(2 * np.mean([0.1 * 1, 0.1 * 2]))
    metrics = forecast_metrics(truth, forecasts, (0.1, 0.5, 0.9), np.array([[0.0]]))
    assert metrics["mae"] == 0.5 and metrics["rmse"] == pytest.approx(np.sqrt(0.5)) and metrics["coverage"] == 1.0
    assert metrics["skill"] == pytest.approx(1 - 0.5 / 1.5)


def test_the_composed_data_are_the_same_each_time():
    one, other = waves(3), waves(3)
    np.testing.assert_array_equal(list(one.train)[5]["source"], list(other.train)[5]["source"])
    assert set(targets(one.test)) == {"sine", "square", "sawtooth", "triangle"}
    assert len(seasons(0)) == 4 and seasons(0)[0].shape == (1200, 1)


def trends(folder: Path) -> str:
    draw = np.random.default_rng(0)
    for label, slope in (("up", 0.3), ("down", -0.3)):
        (folder / label).mkdir()
        for number in range(24):
            values = slope * np.arange(8 + number % 3) + draw.normal(0, 0.3, 8 + number % 3)
            (folder / label / f"{number}.csv").write_text("y\n" + "\n".join(f"{value:.4f}" for value in values) + "\n")
    return str(folder)


def test_the_promises_of_a_task(tmp_path: Path):
    data = {"source": trends(tmp_path), "validation": 0.2, "test": 0.2}
    run = check_task(Series, data=data, model={"units": 4}, batch={"size": 8}, device={"replicas": 1})
    assert run.topology.name == "many-to-one"


def test_trends_are_told_apart(tmp_path: Path):
    run = zoo.run(
        Series,
        data={"source": trends(tmp_path), "validation": 0.2, "test": 0.2},
        model={"units": 8, "dropout": 0.0, "pooling": "last"},
        batch={"size": 8},
        train={"epochs": 0, "steps": 60, "evaluate_every": 30, "learning_rate": 0.02},
        out=str(tmp_path / "run"),
    )
    assert run.evaluation_report("test").metrics["accuracy"] == 1.0
    (tmp_path / "new.csv").write_text("y\n0\n1\n2\n3\n4\n5\n")
    assert run.predict([run.task.read_input(str(tmp_path / "new.csv"))]) == ["up"]


def test_a_forecast_keeps_the_promises_and_follows_the_season(tmp_path: Path):
    time = np.arange(160)
    series = 20 + np.where(time % 4 == 0, 3.0, 0.0)
    (tmp_path / "series.csv").write_text("day,y\n" + "\n".join(f"{t},{y}" for t, y in zip(time, series, strict=True)))
    settings = {
        "data": {"source": str(tmp_path / "series.csv"), "ignore": ["day"]},
        "forecast": {"steps": 4, "season": 4},
        "model": {"units": 8, "dropout": 0.0},
        "batch": {"size": 16, "length": 8},
    }
    learning = {"epochs": 0, "steps": 120, "evaluate_every": 60, "learning_rate": 0.03, "warmup": 5}
    run = zoo.run(Series, **settings, train=learning, out=str(tmp_path / "run"))
    report = run.evaluation_report("test")
    assert report.metrics["mae"] < 0.5 and report.metrics["skill"] > 0.5
    assert "The last season of 4 steps repeated would give mae 0.0000" in report.notes
    answer = zoo.load(tmp_path / "run", task=Series).answer([series[:100, None].astype(np.float32)])[0]
    np.testing.assert_allclose(answer.value, [23, 20, 20, 20], atol=1)
    low, middle, high = (np.array(answer.details["quantiles"][level]) for level in ("0.1", "0.5", "0.9"))
    assert (low <= middle).all() and (middle <= high).all() and answer.value == middle.tolist()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"forecast": {"steps": 2, "quantiles": [0.1, 0.9]}}, "with 0.5"),
        ({"forecast": {"steps": 2, "quantiles": [0.5, 0.1]}}, "ascending"),
        ({"forecast": {"steps": 2, "quantiles": [0.5, 1.0]}}, "between 0 and 1"),
        ({"forecast": {"steps": 2}, "vectors": {"changes": 1}}, "vectors.changes=0"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object], message: str, tmp_path: Path):
    with pytest.raises(zoo.UsageError, match=message):
        zoo.run(Series, **settings, out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()
