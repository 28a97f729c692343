"""Plugin distributions as a folder each: a module and the metadata that pip would have written."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from textwrap import dedent

import pytest

OWN = {path.parent.name for path in (Path(__file__).parents[2] / "plugins").glob("*/pyproject.toml")}


def hide_own_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the plugins of this repository be as if they were not installed."""
    everything = importlib.metadata.distributions
    monkeypatch.setattr(
        importlib.metadata, "distributions", lambda **where: (d for d in everything(**where) if d.name not in OWN)
    )


def write_plugin(
    root: Path, distribution: str, modules: dict[str, str], tasks: str = "", plugins: str = "", version: str = "1.0"
) -> Path:
    """Write an installed distribution.

    Args:
        root: folder to put it in.
        distribution: its name.
        modules: path -> source.
        tasks: lines of the entry-point group zoo.tasks, with ; between them.
        plugins: lines of the entry-point group zoo.plugins.
        version: of the distribution.

    Returns:
        The folder that has to be on the import path.
    """
    folder = root / f"site-{distribution}"
    info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    groups = {"zoo.tasks": tasks, "zoo.plugins": plugins}
    lines = [f"[{group}]\n" + entries.replace(";", "\n") + "\n" for group, entries in groups.items() if entries]
    (info / "entry_points.txt").write_text("\n".join(lines))
    for path, source in modules.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(dedent(source))
    return folder


GOOD_CELLS = '''
    """Good cells."""
    import zoo

    class Good:
        pass

    @zoo.hookimpl
    def zoo_cells():
        return {"good": Good}
'''

GOOD_ATTENTIONS = '''
    """Good attentions."""
    import zoo

    class Good:
        pass

    @zoo.hookimpl
    def zoo_attentions():
        return {"good": Good}
'''

TASK = '''
    """{name}: a task.

    More of it.
    """
    import zoo

    class Mine(zoo.Task):
        pass

    @zoo.hookimpl
    def zoo_tasks():
        return {{"{name}": Mine}}
'''

# kind of trouble -> (module's source, entry points, words of the cause that a user must see)
BROKEN: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "raises-on-import": ("1 / 0", {"plugins": "x = {m}"}, ("ZeroDivisionError",)),
    "leaves-on-import": ("raise SystemExit(3)", {"plugins": "x = {m}"}, ("SystemExit",)),
    "raises-on-hook": (
        "import zoo\n@zoo.hookimpl\ndef zoo_cells():\n    raise RuntimeError('no cell today')",
        {"plugins": "x = {m}"},
        ("RuntimeError: no cell today",),
    ),
    "wrong-answer": (
        "import zoo\n@zoo.hookimpl\ndef zoo_cells():\n    return ['lstm']",
        {"plugins": "x = {m}"},
        ("zoo_cells must return a mapping of names, not list",),
    ),
    "wrong-value": (
        "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'t': 3}",
        {"tasks": "t = {m}"},
        ("zoo_tasks must return names with classes",),
    ),
    "no-task-class": (
        "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'no-task': dict}",
        {"tasks": "no-task = {m}"},
        ("expected a subclass of zoo.Task",),
    ),
    "wrong-hook-name": (
        "import zoo\n@zoo.hookimpl\ndef zoo_cell():\n    return {}",
        {"plugins": "x = {m}"},
        ("unknown hook 'zoo_cell'", "did you mean 'zoo_cells'?"),
    ),
    "wrong-arguments": (
        "import zoo\n@zoo.hookimpl\ndef zoo_cells(settings):\n    return {}",
        {"plugins": "x = {m}"},
        ("settings", "zoo_cells"),
    ),
    "no-hook": ("def zoo_cells():\n    return {}", {"plugins": "x = {m}"}, ("implements no hook",)),
    "newer-api": (
        "ZOO_API = 2\nfrom zoo.hookspecs import something_of_the_future",
        {"plugins": "x = {m}"},
        ("made for plugin API 2, and this zoo has 1",),
    ),
    "missing-dependency": ("import nowhere_to_be_found", {"plugins": "x = {m}"}, ("No module named 'nowhere",)),
    "shadows-a-built-in": (
        "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'charlm': zoo.Task}",
        {"tasks": "charlm = {m}"},
        ("task 'charlm' is given by seqzoo", "and by shadows-a-built-in 1.0"),
    ),
    "imports-itself": ("from {m} import thing\nthing = 1", {"plugins": "x = {m}"}, ("ImportError", "circular import")),
    "imports-itself-for-ever": (
        "import importlib.util\n"
        "spec = importlib.util.spec_from_file_location(__name__, __file__)\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))",
        {"plugins": "x = {m}"},
        ("RecursionError",),
    ),
    "unspeakable": (
        "class Unspeakable(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Unspeakable",
        {"plugins": "x = {m}"},
        ("Unspeakable",),
    ),
    "points-to-nothing": ("", {"plugins": "x = {m}_nowhere:plugin"}, ("No module named",)),
    "points-to-no-attribute": ("", {"plugins": "x = {m}:plugin"}, ("no attribute 'plugin'",)),
    "wrong-task-name": (
        "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'other': zoo.Task}",
        {"tasks": "named = {m}"},
        ("does not provide 'named'",),
    ),
    "hidden-tasks": (
        "import zoo\n@zoo.hookimpl\ndef zoo_tasks():\n    return {'hidden': zoo.Task}",
        {"plugins": "x = {m}"},
        ("needs an entry point in the group zoo.tasks",),
    ),
    "syntax-error": ("def (", {"plugins": "x = {m}"}, ("SyntaxError",)),
}  # fmt: skip


def write_broken(root: Path, kind: str) -> Path:
    """Write one of the broken plugins; its distribution is named for its trouble."""
    source, points, _ = BROKEN[kind]
    module = kind.replace("-", "_") + "_module"
    points = {group: lines.replace("{m}", module) for group, lines in points.items()}
    return write_plugin(root, kind, {f"{module}.py": source.replace("{m}", module)}, **points)
