"""What `zoo new` writes: the files beside this one, with another name in them."""

from __future__ import annotations

import importlib.util
import keyword
import re
import tempfile
from importlib.resources import files
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.plugins.installed import find_plugins

LONGEST = 30  # letters of a name, so that no line of the files becomes too long
# file of a plugin -> where it stands in the package
PLUGIN_FILES = {
    "plugin/gitignore": ".gitignore",
    "plugin/README.md": "README.md",
    "plugin/pyproject.toml": "pyproject.toml",
    "mytask.py": "zoo_{name}.py",
    "plugin/test_mytask.py": "tests/test_{name}.py",
}


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
    _check(name, name, path)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_filled("mytask.py", name))
    except OSError as error:
        raise _unwritten(path, error) from error
    return path


def write_plugin(name: str, folder: Path) -> Path:
    """Write a distribution with a task and its test into a new folder, `zoo-NAME`.

    Args:
        name: of the task.
        folder: to make the new one in.

    Returns:
        The new folder.

    Raises:
        UsageError: it is no name, or one that is taken.
        ZooError: the folder exists, or cannot be written.
    """
    path = folder / f"zoo-{name.replace('_', '-')}"
    _check(name, f"zoo_{name}", path)
    try:
        # It appears whole or not at all.
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=folder) as temporary:
            whole = Path(temporary) / path.name
            for template, place in PLUGIN_FILES.items():
                target = whole / place.format(name=name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_filled(template, name), encoding="utf-8")
            whole.rename(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    return path


def _filled(template: str, name: str) -> str:
    text = files("zoo.templates").joinpath(template).read_text(encoding="utf-8")
    camel = "".join(part.capitalize() for part in name.split("_"))
    return text.replace("zoo-mytask", f"zoo-{name.replace('_', '-')}").replace("mytask", name).replace("Mytask", camel)


def _check(name: str, module: str, path: Path) -> None:
    """Refuse what is no name, a name that is taken, and a place where something stands."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or keyword.iskeyword(name) or len(name) > LONGEST:
        better = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:LONGEST]
        hint = "" if not better or better == name or keyword.iskeyword(better) else f", such as '{better}'"
        rule = f"small letters, digits and _, a letter first, {LONGEST} at most, no word of Python's own"
        raise UsageError(f"'{name}' cannot be a task's name: {rule}{hint}")
    for info in find_plugins():
        if info.kind == "task" and info.name == name:
            raise UsageError(f"the name '{name}' is taken: {info.origin} has a task of this name")
    if path.exists() or path.is_symlink():
        raise ZooError(f"{path} already exists; nothing was written")
    if importlib.util.find_spec(module) is not None:
        raise UsageError(f"the name '{name}' is taken: it would hide the Python module '{module}'")


def _unwritten(path: Path, error: OSError) -> ZooError:
    return ZooError(f"cannot write {path}: {error.strerror or error}")
