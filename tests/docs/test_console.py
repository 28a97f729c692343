"""Every `zoo ...` in the documentation is a command that there is, with options, tasks and settings that there are.

Nothing is trained for it.
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import click
import pytest

from tests.docs.documents import DOCUMENTS, ROOT, blocks, prose
from zoo.bench import BENCHMARKS
from zoo.cli.devices import DevicesArguments
from zoo.cli.evaluate import EvaluateArguments
from zoo.cli.export import ExportArguments
from zoo.cli.program import COMMANDS, program
from zoo.cli.sample import SampleArguments
from zoo.cli.score import ScoreArguments
from zoo.data.named import catalogue
from zoo.plugins import Plugins, find_plugins
from zoo.settings import Settings, describe, override, resolve
from zoo.settings.overrides import from_arguments
from zoo.settings.resolve import build
from zoo.sweeps.definition import read_arguments
from zoo.sweeps.space import parse_space
from zoo.task import Task
from zoo.templates import write_task

PLACEHOLDER = re.compile(r"\[.*|.*\.\.\.|([\w.]+=)?[A-Z_]+(=.*)?|key=value")
"""What stands for a word of the reader's: NAME, RUN, data=PATH, [INPUT]..., key=value."""
NEW = "hello"
"""The task that the tutorial makes with `zoo new`, whose templates call it mytask."""
GUIDE = {"majority": ROOT / "tests/example_tasks/majority.py"}
"""Files that the guide to plugins has its readers write."""


INSTALLED = {"shakespeare": "charlm", "phrasebook": "translation", "rhymes": "charlm"}
"""Models that readers install with pip, and the tasks that they were trained for."""


class Line(NamedTuple):
    """A command as it stands in a document."""

    place: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.place}: zoo {' '.join(self.words)}"


def commands(text: str) -> Iterator[tuple[str, ...]]:
    """The words after each `zoo` in a line of a shell."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("|&;"):
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words and words[0].rpartition("/")[2] == "zoo":
                end = next((place for place, word in enumerate(words) if set(word) <= set("<>")), len(words))
                yield tuple(words[1:end])
            words = []
        else:
            words.append(word)


def lines() -> Iterator[Line]:
    for block in blocks("console"):
        for number, text in enumerate(block.code.replace("\\\n", "  ").splitlines()):
            if text.startswith("$ "):
                for words in commands(text[2:].replace("mytask", NEW)):
                    yield Line(f"{block.document.relative_to(ROOT)}:{block.line + number}", words)
    for document in DOCUMENTS:
        for span in re.findall(r"`(zoo [^`]+)`", prose(document)):
            for words in commands(" ".join(span.replace("mytask", NEW).split())):
                yield Line(str(document.relative_to(ROOT)), words)


TaskLoader: TypeAlias = Callable[[str], type[Task]]
LINES = sorted(set(lines()))


@pytest.fixture(scope="session")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> TaskLoader:
    """A function from the name of a task, or of its file, to its class."""
    plugins, folder = Plugins(), tmp_path_factory.mktemp("new")
    files = {**GUIDE, NEW: folder / write_task(NEW, folder).name}

    @cache
    def load(name: str) -> type[Task]:
        if name.endswith(".py"):
            stem = Path(name).stem
            return load(str(ROOT / name)) if (ROOT / name).exists() else load(stem if stem in files else NEW)
        return plugins.load_task(str(files.get(name, name)))

    return load


def subject(words: list[str], key: str) -> tuple[str, list[str]]:
    """What a command is about, and the other words."""
    first, *rest = words
    return first.removeprefix(f"{key}="), rest


def real(words: list[str]) -> list[str]:
    """Return the arguments that are neither placeholders nor settings files."""
    return [word for word in words if not PLACEHOLDER.fullmatch(word) and not word.startswith("config=")]


def check_settings(tasks: TaskLoader, words: list[str]) -> None:
    name, rest = subject(words, "task")
    task = tasks(NEW if PLACEHOLDER.fullmatch(name) else name)
    settings: Settings = resolve(task.Settings, task.presets, real(rest), task=name)
    source = settings.data.source
    if source and re.fullmatch(r"[a-z0-9-]+", source) and source != task.Settings().data.source:
        assert source in catalogue(), f"there is no data named {source}"
        assert catalogue()[source].topology == task.topology.name, f"{source} is no data for {name}"


def check_sweep(tasks: TaskLoader, words: list[str]) -> None:
    given = [word for word in words if word.startswith("over.") or real([word])]
    if not any(word.startswith("task=") for word in given):
        return  # all of it is in a file
    definition, _ = read_arguments([word for word in given if word != "over.SETTING=VALUES"])
    check_settings(tasks, [f"task={definition.task}", *definition.settings])
    if definition.over and not PLACEHOLDER.fullmatch(definition.task):
        parse_space(tasks(definition.task).Settings, definition.over)


def check_run(tasks: TaskLoader, words: list[str], known: set[str]) -> tuple[type[Task], list[str]]:
    """Take the run that a command is about: its task, which is another one's where only its folder is known."""
    name, rest = subject(words, "run")
    if PLACEHOLDER.fullmatch(name) or "/" in name:
        parts = [part for part in Path(name).parts if part in known]
        return tasks(parts[0] if parts else NEW), rest
    name = INSTALLED.get(name, name)
    assert name in known, f"there is no task {name}"
    return tasks(name), rest


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_command_is_as_the_code_has_it(line: Line, tasks: TaskLoader) -> None:
    name, *words = line.words
    words = [word for word in words if not re.fullmatch(r"\[.*|\.\.\.", word)]
    if name.startswith("-") or PLACEHOLDER.fullmatch(name):
        return
    assert name in COMMANDS
    command = program.get_command(click.Context(program), name)
    if name == "tune" and words and words[0] != "show":
        check_sweep(tasks, words)
        return
    if isinstance(command, click.Group) and real(words[:1]):
        name = words.pop(0)
        command = command.get_command(click.Context(command), name)
    assert command is not None
    try:
        arguments = command.make_context(f"zoo {name}", words[:]).params
    except click.MissingParameter:
        assert ":" not in line.place, "the line is not complete"  # in the prose it may be a command's mere name
        return
    given = list(arguments.get("arguments", ()))
    if name in ("run", "show") and given:
        check_settings(tasks, given)
    elif name in ("resume", "predict", "sample", "score", "evaluate", "export") and given:
        known = {info.name for info in find_plugins() if info.kind == "task"} | {NEW, *GUIDE}
        task, rest = check_run(tasks, given, known)
        if name == "resume":
            override(task.Settings(), real(rest), task=name)
        elif name == "predict":
            override(task.Settings(), [word for word in real(rest) if word.startswith("search.")], task=name)
        else:
            check_words(name, [word for word in real(rest) if "=" in word])  # others are further runs
    elif name == "devices" or name in BENCHMARKS:
        check_words(name, real(given))


def check_words(name: str, words: list[str]) -> None:
    """Return the arguments of a command that are not settings of a task."""
    build(words_of(name), from_arguments(words), f" of zoo {name}")


def words_of(name: str) -> type:
    """The dataclass that declares the words of a command, or of a benchmark."""
    fixed = {
        "sample": SampleArguments,
        "evaluate": EvaluateArguments,
        "score": ScoreArguments,
        "devices": DevicesArguments,
        "export": ExportArguments,
    }
    return fixed[name] if name in fixed else importlib.import_module(BENCHMARKS[name][0]).Arguments


def test_there_is_enough_to_check() -> None:
    assert len(LINES) > 60
    assert {line.words[0] for line in LINES} >= set(COMMANDS)


def spans() -> list[tuple[str, str]]:
    """Settings in the prose, as `train.minutes` or `model.cell=gru`."""
    parts = {name.partition(".")[0] for name in settings() if "." in name}
    found = []
    for document in DOCUMENTS:
        for span in re.findall(r"`([a-z_]+\.[a-z_]+)(?:=[^`]*)?`", prose(document)):
            if span.partition(".")[0] in parts and not span.endswith((".csv", ".tsv", ".txt", ".json", ".py")):
                found.append((str(document.relative_to(ROOT)), span))
    return sorted(set(found))


@cache
def settings() -> set[str]:
    """The names of all settings of all installed tasks."""
    names = [info.name for info in find_plugins() if info.kind == "task"]
    return {row.name for name in names for row in describe(Plugins().load_task(name).Settings)}


@pytest.mark.parametrize(("document", "span"), spans(), ids=lambda value: value)
def test_a_setting_that_is_named_is_there(document: str, span: str) -> None:
    assert span in settings() or any(name.startswith(f"{span}.") for name in settings()), f"{document}: {span}"
