"""`zoo list`, `zoo plugins` and `zoo show`."""

from __future__ import annotations

import json

import pytest

from tests.plugins.fake import BROKEN, GOOD_CELLS, TASK, write_broken, write_plugin


@pytest.fixture
def strangers(tmp_path):
    """Folders of one good plugin and of every broken kind."""
    modules = {"good_cells.py": GOOD_CELLS, "good_task.py": TASK.format(name="good")}
    good = write_plugin(tmp_path, "good-dist", modules, tasks="good = good_task", plugins="cells = good_cells")
    noisy = write_plugin(
        tmp_path,
        "noisy",
        {"noisy.py": "print('noise')\n" + TASK.format(name="n").replace("\n    ", "\n")},
        tasks="n = noisy",
    )
    twins = [
        write_plugin(tmp_path, name, {f"{name}_task.py": TASK.format(name="twin")}, tasks=f"twin = {name}_task")
        for name in ("first", "second")
    ]
    return [good, noisy, *twins, *(write_broken(tmp_path, kind) for kind in BROKEN)]


def test_list(zoo, strangers):
    done = zoo("list", folders=strangers, check=0)
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["TASK", "FROM", "WHAT"]
    assert ["good", "good-dist", "1.0", "good:", "a", "task."] in [line.split() for line in lines]
    assert done.stderr == ""


def test_list_as_json(zoo, strangers):
    found = {row["name"]: row for row in json.loads(zoo("list", "--json", folders=strangers, check=0).stdout)}
    wanted = {"name": "good", "distribution": "good-dist", "version": "1.0", "summary": "good: a task.", "problem": ""}
    assert found["good"] == wanted


def test_list_says_which_tasks_were_made_for_a_newer_zoo(zoo, tmp_path):
    source = "ZOO_API: int = 2\nfrom zoo.hookspecs import something_of_the_future"
    newer = write_plugin(tmp_path, "newer-dist", {"newer.py": f'"""Newer: it is."""\n{source}'}, tasks="newer = newer")
    (line,) = [line for line in zoo("list", folders=[newer], check=0).stdout.splitlines() if line.startswith("newer")]
    problem = "made for plugin API 2, and this zoo has 1: update seqzoo"
    assert " ".join(line.split()) == f"newer newer-dist 1.0 (not usable: {problem}) Newer: it is."
    rows = {row["name"]: row for row in json.loads(zoo("list", "--json", folders=[newer], check=0).stdout)}
    assert (rows["newer"]["problem"], rows["charlm"]["problem"]) == (problem, "")


def test_every_other_command_works_beside_all_kinds_of_broken_plugins(zoo, strangers, rhyme):
    assert zoo("--help", folders=strangers, check=0).stderr == ""
    assert "model.cell" in zoo("show", "charlm", folders=strangers, check=0).stdout
    assert "train.steps" in zoo("show", "task=good", folders=strangers, check=0).stdout
    assert "did you mean" in zoo("run", "charlm", "model.cel=gru", folders=strangers, check=2).stderr
    tiny = ["model.units=4", "model.layers=1", "batch.size=8", "batch.length=8", "train.steps=2", "search.length=5"]
    done = zoo("run", "charlm", f"data={rhyme}", *tiny, "out=run", folders=strangers, check=0)
    assert "warning: task 'charlm' of shadows-a-built-in 1.0 is left out" in done.stderr
    assert "warning: plugin 'x' of raises-on-import 1.0 is left out: ZeroDivisionError" in done.stderr
    assert zoo("evaluate", "run", folders=strangers, check=0).stdout.startswith("METRIC")


def test_plugins_names_each_culprit(zoo, strangers):
    done = zoo("plugins", folders=strangers, check=0)
    rows = {line.split()[2]: line for line in done.stdout.splitlines()[1:]}
    assert " ok" in rows["seqzoo"]
    assert " ok" in rows["good-dist"]
    for kind, (_, _, words) in BROKEN.items():
        assert "BROKEN: " in rows[kind]
        for wanted in words:
            assert wanted in rows[kind]
    for twin in ("first", "second"):
        assert "BROKEN: task 'twin' is given by first 1.0 and by second 1.0" in rows[twin]
    assert "noise" not in done.stdout


def test_plugins_as_json(zoo, strangers):
    done = zoo("plugins", "--json", folders=strangers, check=0, ZOO_DISABLE="noisy")
    rows = {(row["distribution"], row["kind"]): row for row in json.loads(done.stdout)}
    assert rows["good-dist", "plugin"]["hooks"] == ["zoo_cells"]
    assert rows["good-dist", "plugin"]["broken"] == ""
    assert rows["noisy", "task"]["disabled"] is True
    assert "ZeroDivisionError" in rows["raises-on-import", "plugin"]["broken"]
    assert "Traceback" in rows["raises-on-import", "plugin"]["traceback"]


def test_show(command):
    status, out, err = command("show", "task=charlm")
    assert (status, err) == (0, "")
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "lstm" in lines["model.cell"]
    assert "whole number" in lines["model.layers"]
    assert "(adam, adamw, rmsprop, sgd)" in lines["train.optimizer"]


def test_show_the_values_that_a_run_would_have(command):
    status, out, _ = command("show", "charlm", "model.layers=7", "data=book.txt")
    assert status == 0
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert "VALUE" in lines["SETTING"]
    assert "7" in lines["model.layers"]
    assert "book.txt" in lines["data.source"]


def test_show_says_what_is_chosen_by_data_and_why(command, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("It was a dark and stormy night.\n" * 100)
    _, out, _ = command("show", "charlm", f"data={path}", "model.units=33")
    assert "model.dropout=0.5" in out and "(3 kB of text)" in out
    _, out, _ = command("show", "charlm", f"data={path}", "model.units=33", "--json")
    shown = json.loads(out)
    values = {row["name"]: row["value"] for row in shown["settings"]}
    reasons = {choice["key"]: choice["why"] for choice in shown["chosen"]}
    assert values["model.units"] == 33 and "model.units" not in reasons
    assert (values["model.dropout"], reasons["model.dropout"]) == (0.5, "3 kB of text")
    _, out, _ = command("show", "charlm", f"data={path}", "preset=tiny")
    assert "Chosen from the data" not in out
    _, out, _ = command("show", "charlm", "data=missing.txt")
    assert "chosen when data=missing.txt is read" in out


def test_show_as_json(command):
    status, out, _ = command("show", "charlm", "--json", "model.layers=7")
    shown = json.loads(out)
    layers = next(row for row in shown["settings"] if row["name"] == "model.layers")
    assert (status, layers["value"], layers["type"]) == (0, 7, "whole number")
    assert layers["default"] != 7 and layers["help"]
    assert isinstance(shown["presets"], dict)


def test_version(command):
    import zoo

    assert command("--version") == (0, f"zoo {zoo.__version__}\n", "")


def test_show_a_task_in_a_file(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_task.py").write_text(
        "import zoo\n\n\nclass Mine(zoo.Task):\n    presets = {'long': {'train.epochs': 9}}\n"
    )
    status, out, err = command("show", "./my_task.py")
    assert (status, err) == (0, "")
    assert "train.epochs" in out and "preset=long\n  train.epochs=9" in out


def test_list_names_the_data(command):
    status, out, err = command("list")
    assert (status, err) == (0, "")
    assert "tinyshakespeare" in out and "charlm" in out
    status, out, _ = command("list", "data")
    assert "multi30k" in out and "charlm" not in out
    status, out, _ = command("list", "data", "--json")
    named = {row["name"]: row for row in json.loads(out)}
    assert named["rotten-tomatoes"]["topology"] == "many-to-one" and named["imdb"]["tested"] is False
    assert "tinyshakespeare" not in command("list", "tasks")[1]


def test_show_names_the_data_that_fit(command):
    status, out, _ = command("show", "charlm")
    assert "data=tinyshakespeare: Shakespeare's plays" in out and "data=multi30k" not in out
    data = json.loads(command("show", "charlm", "--json")[1])["data"]
    assert data[0] == "tinyshakespeare" and "multi30k" not in data
