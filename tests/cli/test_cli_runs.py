"""`zoo runs` lists, compares, annotates and removes runs."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml

from zoo.cli import main


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, (units, loss) in enumerate([(32, 2.5), (64, 1.5), (128, 2.0)]):
        folder = tmp_path / "runs" / "charlm" / f"run{number}"
        folder.mkdir(parents=True)
        started = f"2026-01-0{number + 1}T00:00:00+00:00"
        manifest = {"task": "charlm", "format": 1, "started": started, "monitor": "-loss", "ended": "steps"}
        (folder / "run.json").write_text(json.dumps(manifest))
        (folder / "settings.yaml").write_text(yaml.safe_dump({"out": "", "model": {"units": units, "tied": True}}))
        record = {"step": 1500, "seconds": 75.0, "best": True, "validation": {"loss": loss}}
        (folder / "metrics.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "runs" / "charlm" / "latest").symlink_to("run2")
    return tmp_path / "runs" / "charlm"


def names(text):
    return [line.split()[0].rpartition("/")[2] for line in text.splitlines()[1:]]


def test_runs_are_listed_with_what_differs(runs, capsys):
    assert main(["runs"]) == 0
    out = capsys.readouterr().out
    assert names(out) == ["run0", "run1", "run2"]
    size = sum(path.stat().st_size for path in (runs / "run0").iterdir())
    assert out.splitlines()[1].split()[3:] == [
        "1m15s",
        "finished",
        "1,500",
        "loss",
        "2.5000",
        str(size),
        "B",
        "model.units=32",
    ]
    assert "model.tied" not in out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["sort=best"], ["run1", "run2", "run0"]),
        (["filter=model.units=64"], ["run1"]),
        (["filter=model.units=64.0"], ["run1"]),
        (["filter=model.tied=yes", "filter=task=charlm", "filter=state=finished"], ["run0", "run1", "run2"]),
        (["runs/charlm/run2"], ["run2"]),
        (["list", "folder=runs/charlm"], ["run0", "run1", "run2"]),
    ],
)
def test_sorted_and_filtered(runs, capsys, arguments, expected):
    assert main(["runs", *arguments]) == 0
    assert names(capsys.readouterr().out) == expected


def test_as_json_and_csv(runs, capsys):
    main(["runs", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [run["best"] for run in found] == [2.5, 1.5, 2.0] and found[0]["settings"]["model.units"] == 32
    main(["runs", "--csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["model.units"] for row in rows] == ["32", "64", "128"] and rows[1]["best"] == "1.5"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["filter=model.unit=64"], "no run has 'model.unit'; did you mean 'model.units'?"),
        (["filter=units"], "expected KEY=VALUE"),
        (["sort=bset"], "did you mean 'best'"),
        (["nowhere"], "no folder nowhere"),
        (["compare", "runs/charlm/run0"], "at least two runs"),
        (["compare", "runs/charlm/run0", "runs/charlm/run7"], "no run 'runs/charlm/run7'"),
        (["compare", "runs/charlm/run0", "runs/charlm/rum0"], "did you mean 'runs/charlm/run0'"),
        (["remove", "runs/charlm/run0"], "add yes=yes"),
        (["remove", "runs", "keep=bset:3", "yes=yes"], "keep: expected best:N or latest:N, not 'bset:3'"),
        (["remove", "yes=yes"], "no run given"),
    ],
)
def test_errors_are_one_line_and_change_nothing(runs, capsys, arguments, message):
    before = sorted(runs.rglob("*"))
    assert main(["runs", *arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert sorted(runs.rglob("*")) == before


def test_two_runs_are_compared(runs, capsys):
    assert main(["runs", "compare", "runs/charlm/run0", "charlm", "--no-test"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == [["SETTING", "run0", "run2"], ["model.units", "32", "128"]]
    assert lines[-1] == ["loss", "2.5000", "2.0000"]


def test_a_note_is_kept_and_shown(runs, capsys):
    assert main(["runs", "note", "charlm", "too", "wide,\x1b[31m I think"]) == 0
    assert main(["runs", "note", "charlm"]) == 0
    assert "too wide" in capsys.readouterr().out
    main(["runs"])
    assert "(too wide," in capsys.readouterr().out.splitlines()[-1]


def test_the_worse_runs_are_removed(runs, capsys):
    assert main(["runs", "remove", "runs", "keep=best:1", "yes=yes"]) == 0
    assert "moved 2 runs to runs/charlm/.removed" in capsys.readouterr().err
    main(["runs"])
    assert names(capsys.readouterr().out) == ["run1"]
    assert (runs / "latest").resolve().name == "run1"
    assert sorted(path.name for path in (runs / ".removed").iterdir()) == ["run0", "run2"]
