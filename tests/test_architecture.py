"""Imports point downward and form no circles; start-up imports no TensorFlow; tasks and plugins use public names."""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.public_api import MODULES

ROOT = Path(__file__).parents[1]

# From the bottom up. A folder or module of zoo/ may import itself and what stands on a line above its own;
# those on one line do not import one another.
LAYERS = (
    ("errors", "hub", "plugin_api"),
    ("files", "lookup", "processor", "progress", "tensorflow_messages"),
    ("settings",),
    ("codecs",),
    ("data",),
    ("backend",),
    ("ops",),
    ("layers",),
    ("metrics", "models"),
    ("search",),
    ("topology",),
    ("runtime", "training"),
    ("advice", "export"),
    ("components",),
    ("task",),
    ("hookspecs",),
    ("plugins",),
    ("runs", "templates"),
    ("open_model", "sweeps"),
    ("__init__",),
    ("bench", "report", "serve", "testing"),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# What `zoo list` and `zoo --help` go through, which must start in a fraction of a second.
START_UP = ("zoo", "zoo.cli.program", "zoo.cli.list", "zoo.plugins.installed", "zoo.errors")


@cache
def modules() -> dict[str, Path]:
    """The modules of the zoo by name; what `zoo new` copies is none."""
    paths = [path for path in sorted(ROOT.glob("zoo/**/*.py")) if "templates" not in path.relative_to(ROOT).parts[1:-1]]
    paths += [ROOT / "zoo/templates/__init__.py"]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path, package: str = "zoo") -> Iterator[tuple[str, str, int]]:
    """Every import of a file, in functions and `TYPE_CHECKING` blocks too: (module, name or "", line)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == package:
                    yield alias.name, "", node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            if (node.module or "").split(".")[0] == package:
                for alias in node.names:
                    yield node.module or "", alias.name, node.lineno


@cache
def edges() -> dict[str, dict[str, int]]:
    """Module -> the modules that it imports, with the line."""
    known = modules()
    found: dict[str, dict[str, int]] = {name: {} for name in known}
    for name, path in known.items():
        for module, member, line in imported(path):
            whole = f"{module}.{member}"
            found[name].setdefault(whole if whole in known else module, line)
    return found


def layer(module: str) -> str:
    """The folder, or the module directly in zoo/, that a module belongs to."""
    return module.split(".")[1] if "." in module else "__init__"


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected components of more than one node (Tarjan 1972)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = lowest[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], index[other])
        if lowest[node] == index[node]:
            place = stack.index(node)
            component = stack[place:]
            del stack[place:]
            if len(component) > 1:
                found.append(sorted(component))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_circles_are_found():
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == [["a", "b", "c"]]
    assert circles({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_every_module_has_a_layer():
    assert {layer(module) for module in modules()} <= LEVEL.keys()


def test_imports_point_downward():
    upward = [
        f"{modules()[module].relative_to(ROOT)}:{line} imports {other}"
        for module, others in edges().items()
        for other, line in others.items()
        if layer(module) != layer(other) and LEVEL[layer(other)] >= LEVEL[layer(module)]
    ]
    assert not upward, "\n".join(upward)


def test_no_folder_imports_in_a_circle():
    graph: dict[str, set[str]] = defaultdict(set)
    for module, others in edges().items():
        graph[layer(module)] |= {layer(other) for other in others} - {layer(module)}
    assert circles(graph) == []


def test_no_module_imports_in_a_circle():
    assert circles(edges()) == []


def at_module_level(path: Path) -> set[str]:
    """The top-level packages that importing a module imports."""
    found = set()
    pending: list[ast.AST] = [*tree(path).body]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
        pending += ast.iter_child_nodes(node)
    return found


def test_start_up_imports_neither_tensorflow_nor_keras():
    known = modules()
    pending, seen = list(START_UP), set()
    while pending:
        module = pending.pop()
        if module in seen or module not in known:
            continue
        seen.add(module)
        found = at_module_level(known[module])
        heavy = sorted({name.split(".")[0] for name in found} & {"tensorflow", "keras", "jax", "numpy"})
        assert not heavy, f"{module} imports {', '.join(heavy)} at start-up"
        # Importing a module imports the packages that it stands in.
        parts = [name.split(".") for name in found if name.split(".")[0] == "zoo"]
        pending += [".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)]
    assert {"zoo.plugins.installed", "zoo.cli.program"} <= seen


@cache
def public() -> dict[str, set[str]]:
    """Public module -> its public names."""
    return {name: set(getattr(importlib.import_module(name), "__all__", ())) for name in MODULES}


def _strangers() -> list[Path]:
    paths = [*ROOT.glob("tasks/zoo_tasks/**/*.py"), *ROOT.glob("plugins/**/*.py"), ROOT / "zoo/templates/mytask.py"]
    return [path for path in paths if "tests" not in path.parts and ".venv" not in path.parts]


@pytest.mark.parametrize("path", _strangers(), ids=lambda path: str(path.relative_to(ROOT)))
def test_tasks_and_plugins_import_public_names_only(path: Path):
    for module, name, line in imported(path):
        place = f"{path.relative_to(ROOT)}:{line}"
        assert module in MODULES, f"{place}: {module} is no public module"
        listed = public()[module]
        assert not name or not listed or name in listed, f"{place}: {module} does not list {name} as public"
