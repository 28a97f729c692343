"""A task in a file, with no packaging."""

from __future__ import annotations

from textwrap import dedent

import pytest

from zoo.errors import UsageError, ZooError
from zoo.plugins import Plugins
from zoo.settings import describe

MINE = """
    from __future__ import annotations
    from dataclasses import dataclass
    import zoo

    @dataclass
    class MySettings(zoo.Settings):
        width: int = zoo.setting(3, "a width")

    class Mine(zoo.Task):
        Settings = MySettings
"""


@pytest.fixture
def load(tmp_path, installed):
    def load(source, name="my_task.py"):
        (tmp_path / name).write_text(dedent(source))
        return Plugins().load_task(str(tmp_path / name))

    return load


def test_the_only_task_of_a_file(load):
    task = load(MINE)
    assert task.__name__ == "Mine"
    assert "width" in {row.name for row in describe(task.Settings)}


def test_the_file_may_import_what_lies_beside_it(load, tmp_path):
    (tmp_path / "beside_it_helper.py").write_text("NAME = 'beside'")
    assert load(dedent(MINE) + "\nimport beside_it_helper\n").__name__ == "Mine"


def test_bases_imports_and_private_classes_do_not_count(load):
    source = dedent(MINE) + "\nclass Leaf(Mine):\n    pass\n\nclass _Private(zoo.Task):\n    pass\n"
    assert load(source).__name__ == "Leaf"


def test_a_hook_says_which_one(load):
    several = (
        dedent(MINE)
        + "\nclass Other(zoo.Task):\n    pass\n\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'x': Other}\n"
    )
    assert load(several).__name__ == "Other"
    assert load(several.replace("{'x': Other}", "{'x': Other, 'my_task': Mine}")).__name__ == "Mine"
    with pytest.raises(UsageError, match=r"contains 2 tasks \(x, y\); name one of them 'my_task'"):
        load(several.replace("{'x': Other}", "{'x': Other, 'y': Mine}"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import zoo\n", "contains no task"),
        ("import zoo\nclass A(zoo.Task): pass\nclass B(zoo.Task): pass\n", r"2 tasks in one file \(A, B\)"),
        ("x = 1\ny = (\n", r"my_task.py:2: SyntaxError"),
        ("x = 1\n\n1 / 0\n", r"my_task.py:3: ZeroDivisionError"),
        ("import sys\nsys.exit(4)\n", r"my_task.py:2: SystemExit: 4"),
        ("import zoo\nZOO_API = 9\nclass A(zoo.Task): pass\n", "made for plugin API 9"),
        ("import zoo\n@zoo.hookimpl\ndef zoo_task(): pass\n", "unknown hook 'zoo_task'; did you mean 'zoo_tasks'"),
        ("import zoo\n@zoo.hookimpl\ndef zoo_tasks(): return 3\n", "must return a mapping"),
    ],
)
def test_a_wrong_file_is_one_line(load, source, words):
    with pytest.raises(ZooError, match=words) as caught:
        load(source)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_python(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="no such file"):
        Plugins().load_task("./nowhere.py")
    with pytest.raises(UsageError, match="not a file"):
        Plugins().load_task(f"{tmp_path}/")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UsageError, match=r"expected a Python file \(\.py\)"):
        Plugins().load_task(str(tmp_path / "notes.txt"))
    (tmp_path / "beside.py").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"write \./beside\.py"):
        Plugins().load_task("beside")
