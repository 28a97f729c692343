"""A hook that no plugin of this repository uses, that the guide does not show, or no test tries, does not exist."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.test_docs import HOOKS, ROOT, sample
from zoo.plugins import Plugins, find_plugins
from zoo.plugins.local_file import import_file
from zoo.plugins.registry import Registry

PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))


def implements(source: Path, hook: str) -> bool:
    """Whether a file has a function of the hook's name that is marked as one."""
    functions = (
        node
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == hook
    )
    return any("hookimpl" in ast.unparse(mark) for node in functions for mark in node.decorator_list)


def users(hook: str) -> list[Path]:
    """The plugins of this repository that implement a hook."""
    return [
        folder
        for folder in PLUGINS
        if any(implements(source, hook) for source in folder.rglob("*.py") if "tests" not in source.parts)
    ]


def given(folder: Path, hook: str) -> set[str]:
    """The names that an installed plugin gives through a hook."""
    distribution = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    names: set[str] = set()
    registry = Registry()
    for info in find_plugins():
        if info.distribution == distribution:
            module = info.entry_point.load()
            if hook in registry.add(module, info.origin).hooks:
                names |= set(registry.ask(module, hook))
    return names


@pytest.mark.parametrize("hook", HOOKS)
def test_a_plugin_uses_it(hook):
    assert users(hook), f"no plugin in plugins/ implements {hook}"


@pytest.mark.parametrize("hook", HOOKS)
def test_the_sample_below_its_heading_runs(hook, tmp_path, installed):
    path = tmp_path / "guide.py"
    path.write_text(sample(hook), encoding="utf-8")
    module, registry = import_file(path), Registry()
    assert hook in registry.add(module, "guide").hooks
    assert registry.ask(module, hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_what_it_gives_is_tested(hook):
    tried = [
        (folder.name, name)
        for folder in users(hook)
        for name in given(folder, hook)
        if any(name in test.read_text(encoding="utf-8") for test in (folder / "tests").rglob("test_*.py"))
    ]
    assert tried, f"no test of {', '.join(folder.name for folder in users(hook))} names what {hook} gives"


def test_every_plugin_of_the_repository_is_installed_and_sound():
    statuses = {status.info.distribution: status for status in Plugins([]).load_all()}
    for folder in PLUGINS:
        if 'entry-points."zoo.' not in (folder / "pyproject.toml").read_text(encoding="utf-8"):
            continue  # files that an export needs
        assert folder.name in statuses, f"{folder.name} is not installed: run make, or pip install -e {folder}"
        assert statuses[folder.name].cause == ""
