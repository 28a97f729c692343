"""Runs are described by their own files, however long or damaged these are."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import zoo
from zoo.runs.listing import describe_run, differing, find_runs, flat_settings, last_and_best
from zoo.runs.removal import kept, remove_run


def write_run(folder, settings=None, metrics=(), **manifest):
    folder.mkdir(parents=True)
    found = {"task": "charlm", "format": 1, "started": "2026-01-02T03:04:05+00:00", "monitor": "-loss", **manifest}
    (folder / "run.json").write_text(json.dumps(found))
    (folder / "settings.yaml").write_text(yaml.safe_dump(settings or {"seed": 0, "model": {"units": 64}}))
    (folder / "metrics.jsonl").write_text("".join(json.dumps(record) + "\n" for record in metrics))
    return folder


def evaluation(step, loss, best=True):
    return {"step": step, "seconds": step / 10, "best": best, "validation": {"loss": loss, "accuracy": 1 - loss / 10}}


def test_a_run_is_described(tmp_path):
    metrics = [evaluation(10, 3.0), evaluation(20, 2.0), evaluation(30, 2.5, best=False)]
    folder = write_run(tmp_path / "a", metrics=metrics, ended="steps")
    (folder / "weights.bin").write_bytes(bytes(1000))
    found = describe_run(folder)
    assert (found.task, found.state, found.step, found.best, found.seconds) == ("charlm", "finished", 30, 2.0, 3.0)
    assert found.metrics == {"loss": 2.0, "accuracy": 0.8} and not found.more_is_better
    assert found.settings == {"seed": 0, "model.units": 64}
    assert found.size == sum(path.stat().st_size for path in folder.iterdir())
    assert found.started.timestamp() == 1767323045


def test_a_trained_run_says_how_it_ended(tmp_path):
    run = zoo.run("charlm", preset="tiny", out=str(tmp_path / "run"), train={"steps": 2})
    found = describe_run(tmp_path / "run")
    assert (found.state, found.step, found.monitor, found.more_is_better) == ("finished", 2, "nats", False)
    assert found.best == run.metrics[-1]["validation"]["nats"]
    assert found.settings["train.steps"] == 2


@pytest.mark.parametrize(
    ("lock", "ended", "state"),
    [
        ("", "steps", "finished"),
        ("", "interrupted", "interrupted"),
        ("", "", "stopped"),
        ("process {own} on {host}\n", "", "training"),
        ("process 7 on another-host\n", "", "training"),
        ("process 999999999 on {host}\n", "", "stopped"),  # killed
    ],
)
def test_the_state_of_a_run(tmp_path, lock, ended, state):
    folder = write_run(tmp_path / "a", ended=ended)
    if lock:
        (folder / "lock").write_text(lock.format(own=os.getpid(), host=socket.gethostname()))
    assert describe_run(folder).state == state


def test_runs_below_a_folder_are_found_the_oldest_first(tmp_path):
    for place, started in (("x/b", "2026-01-02T00:00:00+00:00"), ("a", "2026-01-03T00:00:00+00:00"), ("x/y/c", "")):
        write_run(tmp_path / place, started=started)
    write_run(tmp_path / "x" / ".removed" / "d")
    (tmp_path / "x" / "latest").symlink_to("b")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [run.path.name for run in find_runs(tmp_path)] == ["b", "a", "c"]
    assert [run.path.name for run in find_runs(tmp_path / "a")] == ["a"]
    with pytest.raises(zoo.ZooError, match="no folder"):
        find_runs(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["run.json", "settings.yaml"])
@pytest.mark.parametrize("content", [b"", b"[", b"\xff\xfe", b"[1, 2]", b"a: &a [*a, *a]", b"\0"])
def test_a_damaged_run_is_listed_with_its_problem(tmp_path, name, content):
    folder = write_run(tmp_path / "a")
    write_run(tmp_path / "b")
    (folder / name).write_bytes(content)
    damaged, whole = sorted(find_runs(tmp_path), key=lambda run: run.path)
    assert damaged.state == "damaged" and name in damaged.problem and "\n" not in damaged.problem
    assert not whole.problem


def test_settings_that_differ(tmp_path):
    first = write_run(tmp_path / "a", {"out": "a", "model": {"units": 64, "layers": 1}, "seed": 0})
    second = write_run(tmp_path / "b", {"out": "b", "model": {"units": 32, "layers": 1}, "seed": 0, "new": [1]})
    assert differing([describe_run(first), describe_run(second)]) == ["model.units", "new"]


VALUES = st.one_of(
    st.integers(-5, 10**20),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
    st.text(max_size=120),
    st.sampled_from(["", "yes", "1e3", "# no", "a: b", "- x", "a\nb", "'", '"', "&a", "*a", "x # y", "0x1F", "~"]),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=4),
)
NAMES = st.sampled_from(["units", "cell", "a_1", "out2"])
SETTINGS = st.dictionaries(NAMES, st.one_of(VALUES, st.dictionaries(NAMES, VALUES, min_size=1, max_size=3)), min_size=1)


@given(settings=SETTINGS)
def test_settings_are_read_as_yaml_reads_them(settings, tmp_path_factory):
    path = tmp_path_factory.mktemp("settings") / "settings.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")
    expected = {}
    for name, value in yaml.safe_load(path.read_text("utf-8")).items():
        expected |= {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
    assert flat_settings(path) == expected


@given(
    losses=st.lists(st.floats(0, 10), max_size=30),
    padding=st.sampled_from([1, 100, 70_000]),
    torn=st.booleans(),
)
def test_the_end_of_a_long_file_is_what_reading_all_of_it_gives(tmp_path_factory, losses, padding, torn):
    lowest, records = 11.0, []
    for step, loss in enumerate(losses):
        records.append({**evaluation(step, loss, best=loss < lowest), "note": "x" * (padding // max(1, len(losses)))})
        lowest = min(lowest, loss)
    path = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + ('{"step": 5, "be' if torn else ""))
    bests = [record for record in records if record["best"]]
    assert last_and_best(path) == (records[-1] if records else {}, bests[-1] if bests else {})


def test_the_best_of_each_task_are_kept(tmp_path):
    for name, loss in (("a", 3.0), ("b", 1.0), ("c", 2.0), ("d", float("nan"))):
        write_run(tmp_path / name, metrics=[evaluation(1, loss)], started=f"2026-01-0{ord(name) - 96}T00:00:00+00:00")
    write_run(tmp_path / "e", task="frames", monitor="accuracy", metrics=[evaluation(1, 5.0)])
    write_run(tmp_path / "f", task="frames", monitor="accuracy", metrics=[evaluation(1, 4.0)])
    write_run(tmp_path / "g", task="frames", monitor="accuracy")
    runs = find_runs(tmp_path)
    assert sorted(run.path.name for run in kept(runs, 2, "best")) == ["b", "c", "e", "f"]
    assert {run.path.name for run in kept(runs, 1, "best")} == {"b", "f"}
    assert "d" in {run.path.name for run in kept(runs, 1, "latest")}


def test_a_removed_run_is_moved_and_latest_points_to_the_newest_left(tmp_path):
    runs = tmp_path / "runs" / "charlm"
    old, new = (write_run(runs / name) for name in ("2026-01-01", "2026-01-02"))
    (runs / "latest").symlink_to(new.name)
    before = {path.name: path.read_bytes() for path in new.iterdir()}
    place = remove_run(new)
    assert place == runs / ".removed" / new.name
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    assert (runs / "latest").resolve() == old
    write_run(new)
    assert remove_run(new) == Path(f"{place}-1")
    remove_run(old)
    assert not (runs / "latest").is_symlink()


def test_a_run_that_is_trained_is_not_removed(tmp_path):
    from zoo.runs.lock import RunLock

    folder = write_run(tmp_path / "a")
    lock = RunLock(folder)
    lock.acquire()
    with pytest.raises(zoo.ZooError, match="is being trained by process"):
        remove_run(folder)
    lock.release()
    assert sorted(path.name for path in folder.iterdir()) == ["metrics.jsonl", "run.json", "settings.yaml"]
