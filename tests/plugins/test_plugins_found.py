"""Plugins are found by metadata alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.plugins.fake import GOOD_CELLS, TASK, write_plugin
from zoo.plugins import Plugins, find_plugins


def only(distribution):
    return [info for info in find_plugins() if info.distribution == distribution]


def test_built_in_task_takes_the_same_road():
    (charlm,) = [info for info in only("seqzoo") if info.name == "charlm"]
    assert (charlm.kind, charlm.module) == ("task", "zoo_tasks.charlm")
    assert charlm.summary.startswith("Charlm: learn to write")


def test_metadata_and_summary_without_an_import(tmp_path, installed):
    modules = {
        "pack/__init__.py": "raise RuntimeError('imported')",
        "pack/sub/__init__.py": "raise RuntimeError('imported')",
        "pack/sub/task.py": '"""A task in a\npackage.\n\nMore."""\nraise RuntimeError("imported")',
        "plain.py": "x = 1",
        "bad.py": "def (",
    }
    points = "far = pack.sub.task:thing;none = plain;bad = bad;gone = gone.away"
    installed(write_plugin(tmp_path, "found-dist", modules, tasks=points, plugins="cells = pack.sub", version="2.5"))
    found = {info.name: info for info in only("found-dist")}
    assert [info.kind for info in found.values()].count("task") == 4
    assert found["far"].summary == "A task in a"
    assert (found["far"].version, found["far"].origin) == ("2.5", "found-dist 2.5")
    assert found["far"].module == "pack.sub.task"
    assert [found[name].summary for name in ("none", "bad", "gone", "cells")] == ["", "", "", ""]
    assert "pack" not in sys.modules


def test_summary_by_way_of_the_finder_of_an_editable_install(tmp_path, installed, monkeypatch):
    import importlib.machinery

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "redirected.py").write_text('"""Found by a finder."""')
    installed(write_plugin(tmp_path, "editable-dist", {}, tasks="redirected = redirected"))

    class Finder:
        @classmethod
        def find_spec(cls, name, path=None, target=None):
            if name == "redirected":
                return importlib.machinery.PathFinder.find_spec(name, [str(tmp_path / "elsewhere")])
            return None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert only("editable-dist")[0].summary == "Found by a finder."


def test_the_first_of_two_copies_of_a_distribution_counts(tmp_path, installed):
    old = write_plugin(tmp_path / "a", "Twice.Dist", {}, tasks="t = old", version="1.0")
    new = write_plugin(tmp_path / "b", "twice-dist", {}, tasks="t = new", version="2.0")
    installed(old, new)
    assert [info.version for info in find_plugins() if info.name == "t"] == ["2.0"]


def test_broken_metadata_of_others_is_no_trouble(tmp_path, installed):
    folder = write_plugin(tmp_path, "garbage", {}, tasks="t = x")
    (folder / "garbage-1.0.dist-info" / "entry_points.txt").write_bytes(b"[zoo.tasks]\n\xff\xfe no equals sign\n[")
    (folder / "empty-1.0.dist-info").mkdir()
    good = write_plugin(tmp_path, "good-dist", {"good_task.py": TASK.format(name="good")}, tasks="good = good_task")
    installed(good, folder)
    assert [info.name for info in only("good-dist")] == ["good"]


@pytest.mark.parametrize("word", ["off-task", "off-dist", "OFF_dist", "other, off-dist ,"])
def test_disabling_by_entry_point_or_distribution(tmp_path, installed, monkeypatch, word):
    modules = {"off_task.py": TASK.format(name="off-task"), "off_cells.py": GOOD_CELLS}
    installed(write_plugin(tmp_path, "off-dist", modules, tasks="off-task = off_task", plugins="off-task = off_cells"))
    monkeypatch.setenv("ZOO_DISABLE", word)
    plugins = Plugins()
    assert "off-dist" not in {info.distribution for info in plugins.find()}
    assert "good" not in plugins.load_components().cells
    assert all(status.disabled for status in plugins.load_all() if status.info.distribution == "off-dist")
    assert "off_task" not in sys.modules
    with pytest.raises(Exception, match="task 'off-task' is switched off by ZOO_DISABLE"):
        plugins.load_task("off-task")


def test_finding_imports_no_pluggy(tmp_path):
    code = "import sys, zoo.plugins as p; p.find_plugins(); print('pluggy' in sys.modules)"
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "False", done.stderr
