"""Reads the names that a hook returns from the source of its module; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple


class StatedNames(NamedTuple):
    """The components of one kind that a module names.

    Attributes:
        names: name -> first line of the docstring of its class or function, or of the hook.
        complete: whether these are all; False if only a call of the hook would show more.
    """

    names: Mapping[str, str] = MappingProxyType({})
    complete: bool = True


def may_mention(source: str, hook: str) -> bool:
    """Whether a module can have a hook, judged by the words in its source: a quick test before parsing it."""
    if any(word in source for word in (hook, "globals", "setattr", "specname")):
        return True
    return "import*" in "".join(source.replace("\\", "").split())


def stated_names(tree: ast.Module | None, hook: str) -> StatedNames:
    """Read the names that a hook returns.

    Args:
        tree: the module; None if its source is unavailable.
        hook: such as `zoo_cells`.

    Returns:
        The names, if the hook is a function of the module that returns a literal mapping.
    """
    if tree is None:
        return StatedNames(complete=False)
    hooks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == hook]
    if not hooks:
        return StatedNames(complete=not _may_have(tree, hook))
    definitions = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    }
    returned = [node.value for node in _statements(hooks[-1]) if isinstance(node, ast.Return)]
    if len(returned) != 1:
        return StatedNames(complete=False)
    names: dict[str, str] = {}
    for key, value in _items(returned[0], tree):
        if key is None:
            return StatedNames(names, complete=False)
        definition = definitions.get(value.id) if isinstance(value, ast.Name) else None
        names[key] = _summary(definition) or _summary(hooks[-1])
    return StatedNames(names, complete=True)


def _may_have(tree: ast.Module, hook: str) -> bool:
    """Whether a module may have a hook that it does not define as a function:

    imported, created, or under another name.
    """
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=names) if any(alias.name == "*" or hook in _names(alias) for alias in names):
                return True
            case ast.FunctionDef(name=name) | ast.Name(id=name) if name in (hook, "globals", "setattr"):
                return True
            case ast.keyword(arg="specname"):
                return True
    return False


def _names(alias: ast.alias) -> tuple[str | None, ...]:
    return alias.name, alias.asname


def _statements(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Walk through a function, but not through functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _items(value: ast.expr | None, tree: ast.Module) -> Iterator[tuple[str | None, ast.expr]]:
    """Read a mapping: name -> expression; the name is None if it is not a literal."""
    if isinstance(value, ast.Name):
        value = _assigned(value.id, tree)
    if not isinstance(value, ast.Dict):
        yield None, ast.Constant(None)
        return
    for key, item in zip(value.keys, value.values, strict=True):
        if isinstance(key, ast.Name):
            key = _assigned(key.id, tree)
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
        yield name, item


def _assigned(name: str, tree: ast.Module) -> ast.expr | None:
    """Return what a module assigns to a name, if it assigns it only once and never changes it."""
    values = [
        node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign) and _targets(node) == [name]
    ]
    stored = sum(isinstance(node, ast.Name) and node.id == name and _changes(node) for node in ast.walk(tree))
    if len(values) != 1 or stored != 1 or _is_filled_later(name, tree):
        return None
    return values[0]


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str | None]:
    """Return the names that an assignment sets; None for a target that is not a plain name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id if isinstance(target, ast.Name) else None for target in targets]


def _changes(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _is_filled_later(name: str, tree: ast.Module) -> bool:
    """Whether a module uses a mapping's methods or sets its items."""
    return any(
        isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name
        for node in ast.walk(tree)
    )


def _summary(definition: ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | None) -> str:
    docstring = ast.get_docstring(definition) if definition else None
    return docstring.strip().split("\n", 1)[0] if docstring and docstring.strip() else ""
