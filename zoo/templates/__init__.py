"""What `zoo new` writes: the files beside this one, with another name in them."""

from __future__ import annotations

import importlib.util
import keyword
import re
import tempfile
from importlib.resources import files
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.plugins.component_kinds import BUILT_IN, OURS
from zoo.plugins.installed import find_plugins
from zoo.plugins.offers import find_offers

LONGEST = 30  # letters of a name, so that no line of the files becomes too long
KINDS = ("task", "cell", "attention", "data", "strategy", "callback")
# what a plugin of a kind is called in its README, and a command that uses it
_WORDS = {
    "task": ("task", "zoo run task={name}"),
    "cell": ("cell", "zoo run charlm model.cell={name}"),
    "attention": ("attention mechanism", "zoo run translation model.attention={name}"),
    "data": ("data source", "zoo run charlm data={name}"),
    "strategy": ("search strategy", "zoo run charlm search.strategy={name}"),
    "callback": ("callback", "zoo run charlm train.callbacks={name}"),
}
_COMPONENTS = {
    "cell": "cells",
    "attention": "attentions",
    "data": "data",
    "strategy": "strategies",
    "callback": "callbacks",
}


def plugin_files(kind: str) -> dict[str, str]:
    """Give the files of a plugin of a kind: template -> place in the package."""
    task = kind == "task"
    return {
        "plugin/gitignore": ".gitignore",
        "plugin/README.md" if task else "plugin/README_component.md": "README.md",
        "plugin/pyproject.toml": "pyproject.toml",
        "mytask.py" if task else f"plugin/{kind}.py": "zoo_{name}.py",
        "plugin/test_mytask.py" if task else f"plugin/test_{kind}.py": "tests/test_{name}.py",
    }


def command_for(kind: str, name: str) -> str:
    """Give a command that uses what a plugin of a kind adds."""
    return _WORDS[kind][1].format(name=name)


def write_task(name: str, folder: Path) -> Path:
    """Write a task into a single file, `NAME.py`.

    Args:
        name: of the task.
        folder: to write into.

    Returns:
        The file.

    Raises:
        UsageError: it is no name, or one that is taken.
        ZooError: the file exists, or cannot be written.
    """
    path = folder / f"{name}.py"
    _check(name, name, path, "task")
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_filled("mytask.py", name))
    except OSError as error:
        raise _unwritten(path, error) from error
    return path


def write_plugin(name: str, folder: Path, kind: str = "task") -> Path:
    """Write a distribution with a component and its test into a new folder, `zoo-NAME`.

    Args:
        name: of the component.
        folder: to make the new one in.
        kind: one of `KINDS`.

    Returns:
        The new folder.

    Raises:
        UsageError: it is no name, or one that is taken.
        ZooError: the folder exists, or cannot be written.
    """
    path = folder / f"zoo-{name.replace('_', '-')}"
    _check(name, f"zoo_{name}", path, kind)
    try:
        # It appears whole or not at all.
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=folder) as temporary:
            whole = Path(temporary) / path.name
            for template, place in plugin_files(kind).items():
                target = whole / place.format(name=name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_filled(template, name, kind), encoding="utf-8")
            whole.rename(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    return path


def _filled(template: str, name: str, kind: str = "task") -> str:
    text = files("zoo.templates").joinpath(template).read_text(encoding="utf-8")
    word, use = _WORDS[kind]
    if kind != "task":
        text = text.replace("KIND", word).replace("USE", use.format(name=name)).replace("The task", f"The {word}")
        text = text.replace("zoo.tasks", "zoo.plugins")
    camel = "".join(part.capitalize() for part in name.split("_"))
    return text.replace("zoo-mytask", f"zoo-{name.replace('_', '-')}").replace("mytask", name).replace("Mytask", camel)


def _check(name: str, module: str, path: Path, kind: str) -> None:
    """Refuse what is no name, a name that is taken, and a place where something stands."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or keyword.iskeyword(name) or len(name) > LONGEST:
        better = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:LONGEST]
        hint = "" if not better or better == name or keyword.iskeyword(better) else f", such as '{better}'"
        rule = f"lower-case letters, digits and _, a letter first, at most {LONGEST}, not a Python keyword"
        raise UsageError(f"'{name}' cannot be the name of a {_WORDS[kind][0]}: {rule}{hint}")
    if kind != "task":
        component = _COMPONENTS[kind]
        owners = [OURS] if name in BUILT_IN[component] else []
        owners += [offer.info.origin for offer in find_offers(component) if offer.name == name]
        if owners:
            raise UsageError(f"the name '{name}' is taken: {owners[0]} has a {_WORDS[kind][0]} of this name")
    for info in find_plugins():
        if kind == "task" and info.kind == "task" and info.name == name:
            raise UsageError(f"the name '{name}' is taken: {info.origin} has a task of this name")
    if path.exists() or path.is_symlink():
        raise ZooError(f"{path} already exists; nothing was written")
    if importlib.util.find_spec(module) is not None:
        raise UsageError(f"the name '{name}' is taken: it would hide the Python module '{module}'")


def _unwritten(path: Path, error: OSError) -> ZooError:
    return ZooError(f"cannot write {path}: {error.strerror or error}")
