"""Hostile files, names and streams: one clear line, at once, and nothing of them reaches a terminal raw."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.cli.console import echo, to_json
from zoo.errors import UsageError, ZooError, one_line, printable
from zoo.plugins import Plugins
from zoo.runs.manifest import read_manifest
from zoo.settings import Settings, describe, resolve
from zoo.settings.fields import walk
from zoo.settings.overrides import from_file, from_text

Command = Callable[..., tuple[int, str, str]]


def refused(command: Command, *arguments: str) -> str:
    status, out, err = command(*arguments)
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert status in (1, 2) and out == "" and len(errors) == 1, (status, out, err)
    assert "Traceback" not in err and "--debug" not in err and errors[0].isprintable(), errors[0]
    return errors[0]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Paths that are none to read from."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("around").mkdir()
    return {
        "pipe": "pipe",
        "endless": "/dev/zero",
        "device": "/dev/null",
        "loop": "loop",
        "long": "a" * 5000,
        "deep": "a/" * 5000,
        "nobody": "~nosuchuser/x",
        "null": "a\x00b",
        "control": "a\x1b[31mb\x9b\u202e",
        "line": "a\nb\u2028c",
    }


NAMES = ("pipe", "endless", "device", "loop", "long", "deep", "nobody", "null", "control", "line")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("task", ["charlm", "sentiment", "translation", "frames", "captioning"])
def test_data_that_are_no_file(task: str, name: str, places: dict[str, str], command: Command):
    refused(command, "run", task, f"data={places[name]}", "train.steps=1", "out=new")
    assert not Path("new").exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", [("sample", "{}"), ("run", "./{}"), ("run", "charlm", "config={}"), ("run", "{}.py")])
def test_other_names_that_are_no_file(form: tuple[str, ...], name: str, places: dict[str, str], command: Command):
    refused(command, *(word.format(places[name]) for word in form))


@pytest.mark.parametrize("part", ["run.json", "settings.yaml"])
@pytest.mark.parametrize("content", ["pipe", "deep", "long", "aliases"])
def test_a_run_of_a_stranger(part: str, content: str, tmp_path: Path, command: Command):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"task": "charlm", "format": 1}))
    (folder / "settings.yaml").write_text("seed: 1\n")
    (folder / part).unlink()
    if content == "pipe":
        os.mkfifo(folder / part)
    else:
        (folder / part).write_text({"deep": "[" * 200_000, "long": "9" * 20_000_000, "aliases": ALIASES}[content])
    refused(command, "sample", str(folder))


# Ten aliases to ten aliases to ...: 10**9 settings in 300 bytes.
ALIASES = "a: &a0 {x: 1}\n" + "".join(
    f"b{depth}: &a{depth + 1} {{{', '.join(f'k{number}: *a{depth}' for number in range(10))}}}\n" for depth in range(9)
)


def test_aliases_do_not_expand():
    with pytest.raises(UsageError, match="alias of several settings"):
        from_text(ALIASES, "mine.yaml")
    with pytest.raises(UsageError):
        from_text("a: &a {b: *a}", "mine.yaml")
    assert [entry.value for entry in from_text("seed: &s 7\nother: *s", "mine.yaml")] == ["7", "7"]


def test_a_large_file_of_settings(tmp_path: Path):
    (tmp_path / "large.yaml").write_text("# nothing\n" * 200_000)
    with pytest.raises(UsageError, match="more than"):
        from_file(str(tmp_path / "large.yaml"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["task", "file", "code", "settings", "versions", "data", "paths", "format", "new"])


@tried(60)
@given(found=st.dictionaries(FIELDS, JSON) | JSON)
def test_any_json_is_a_manifest_or_damaged(found: object, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.getbasetemp() / "run.json"
    path.write_text(json.dumps(found))
    try:
        manifest = read_manifest(path)
    except ZooError as error:
        assert str(path) in str(error) or "newer version" in str(error)
    else:
        assert isinstance(manifest.task, str) and "/" not in manifest.code


@tried(60)
@given(text=st.text(st.characters(codec=None), max_size=40))
def test_no_control_character_is_left(text: str):
    line = one_line(text)
    assert "\n" not in line and not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line)
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    line.encode("utf-8")
    kept = printable(text, keep="\n\t")
    assert kept.count("\n") == text.count("\n")
    if text.isprintable():
        assert kept == text


@tried(60)
@given(value=JSON)
def test_json_is_always_json(value: object):
    text = to_json(value)
    assert "\n" not in text and not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text)
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    json.dumps(found, allow_nan=False)


def test_a_terminal_gets_no_commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    import sys

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    echo("label \x1b]0;title\x07\n\tnext \x9b31m")
    assert capsys.readouterr().out == "label \\x1b]0;title\\x07\n\tnext \\x9b31m\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    echo("\x1b")
    assert capsys.readouterr().out == "\x1b\n", "a file gets what there is"


NUMBERS = [name for name, entry in walk(Settings) if not entry.is_part and entry.type in (int, float)]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e300", "-1000000000000", "9" * 5000])
def test_numbers_have_bounds(name: str, value: str):
    with pytest.raises(UsageError) as caught:
        resolve(Settings, {}, [f"{name}={value}"], task="any")
    message = str(caught.value)
    assert name in message and len(message) < 600 and "\n" not in message


@pytest.mark.parametrize("task", ["charlm", "sentiment", "translation", "frames", "captioning"])
def test_whole_numbers_of_tasks_have_bounds(task: str):
    cls = Plugins().load_task(task).Settings
    for row in describe(cls):
        if row.type == "whole number":
            with pytest.raises(UsageError, match=row.name):
                resolve(cls, {}, [f"{row.name}={10**12}"], task=task)


@pytest.mark.parametrize("setting", ["model.layers=100000", "device.threads=1000000", "search.length=1000000000"])
def test_bounds_are_told(setting: str, command: Command):
    assert "at most" in (line := refused(command, "run", "charlm", setting)) or " to " in line
