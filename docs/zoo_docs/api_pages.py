"""The Python reference, read from signatures and docstrings without importing anything."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

from zoo_docs.markdown import code

MODULES = (
    "zoo",
    "zoo.settings",
    "zoo.topology",
    "zoo.codecs",
    "zoo.data",
    "zoo.layers",
    "zoo.models",
    "zoo.search",
    "zoo.metrics",
    "zoo.testing",
)
"""The modules of the public interface, one page each."""
UNSAID = {"build", "compute_mask", "compute_output_shape", "compute_output_spec", "from_config", "get_config"}
"""Methods that every Keras layer has; they are left out."""
WIDTH = 100
"""Maximum width of a line of a signature."""


def api_pages(root: Path) -> dict[str, str]:
    """Write the pages.

    Args:
        root: the folder that holds the package `zoo`.

    Returns:
        Module -> Markdown.
    """
    # It warns of arguments that a docstring explains and `**kwargs` hands on.
    logging.getLogger("griffe").setLevel(logging.ERROR)
    package = griffe.load("zoo", search_paths=[root], docstring_parser=griffe.Parser.google)
    pages = {}
    for name in MODULES:
        module = package if name == "zoo" else package[name.removeprefix("zoo.")]
        assert isinstance(module, griffe.Module)
        pages[name] = _page(name, module)
    return pages


def public_names(module: griffe.Module) -> list[str]:
    """Give the public names of a module: its `__all__`, or what it re-exports, or what it defines."""
    if module.exports:
        return sorted((str(name) for name in module.exports), key=str.casefold)
    members = {name: member for name, member in module.members.items() if not name.startswith("_")}
    aliases = {name: member for name, member in members.items() if isinstance(member, griffe.Alias)}
    taken = [name for name, alias in aliases.items() if alias.target_path.startswith("zoo.")]
    own = [name for name, member in members.items() if not member.is_alias and member.is_function]
    return sorted(taken, key=str.casefold) or own


def _page(name: str, module: griffe.Module) -> str:
    parts = [f"# {name}\n", *_docstring(module)]
    for public in public_names(module):
        member = module[public]
        if member.is_module:  # a function that has the name of its module
            member = member[public]
        parts += _entry(public, member.final_target if isinstance(member, griffe.Alias) else member)
    return "\n".join(parts)


def _entry(name: str, entry: griffe.Object) -> Iterator[str]:
    yield f"## {name}\n"
    if isinstance(entry, griffe.Class):
        yield _fence(_class_signature(name, entry))
        yield from _docstring(entry)
        for member in entry.members.values():
            hidden = member.name.startswith("_") or member.name in UNSAID or not member.docstring
            if hidden or not isinstance(member, (griffe.Function, griffe.Attribute)):
                continue
            if member.is_function or "property" in member.labels:
                yield from _method(entry.name, member)
    elif isinstance(entry, griffe.Function):
        yield _fence(_signature(name, entry.parameters, entry.returns))
        yield from _docstring(entry)
    elif isinstance(entry, griffe.Attribute):
        if entry.value is not None:
            yield _fence(_value(name, entry.value))
        yield from _docstring(entry)


def _method(owner: str, member: griffe.Function | griffe.Attribute) -> Iterator[str]:
    yield f"### {owner}.{member.name}\n"
    if isinstance(member, griffe.Function):
        yield _fence(_signature(member.name, _without_self(member.parameters), member.returns))
    elif member.annotation is not None:
        yield _fence(f"{member.name}: {member.annotation}")
    yield from _docstring(member)


def _class_signature(name: str, entry: griffe.Class) -> str:
    """The signature of a class: its fields or its `__init__`; if that is Keras' own, the docstring's arguments."""
    if any(str(base) == "NamedTuple" for base in entry.bases):
        fields = [member for member in entry.members.values() if isinstance(member, griffe.Attribute)]
        return _wrapped(f"class {name}", [f"{field.name}: {field.annotation}" for field in fields if field.annotation])
    made = entry.all_members.get("__init__")
    made = made.final_target if isinstance(made, griffe.Alias) else made
    parameters = _without_self(made.parameters) if isinstance(made, griffe.Function) else []
    if parameters and [parameter.name for parameter in parameters] != ["args", "kwargs"]:
        return _signature(f"class {name}", parameters)
    said = [item.name for section in _sections(entry) if section.kind.value == "parameters" for item in section.value]
    return _wrapped(f"class {name}", said) if said else f"class {name}"


def _value(name: str, value: str | griffe.Expr) -> str:
    """A constant and its value, a long table with one entry per line."""
    line = f"{name} = {value}"
    if len(line) <= WIDTH or not isinstance(value, griffe.ExprDict):
        return line
    rows = [f"    {key}: {found}," for key, found in zip(value.keys, value.values, strict=True)]
    return "\n".join([f"{name} = {{", *rows, "}"])


def _default(default: str | griffe.Expr) -> str:
    """A default value; for a setting or a group, its own default."""
    tree = ast.parse(str(default), mode="eval").body
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in ("setting", "part"):
        first = ast.unparse(tree.args[0])
        return first if tree.func.id == "setting" else f"{first}()"
    return str(default)


def _without_self(parameters: Iterable[griffe.Parameter]) -> list[griffe.Parameter]:
    return [parameter for parameter in parameters if parameter.name not in ("self", "cls")]


def _signature(name: str, parameters: Iterable[griffe.Parameter], returns: str | griffe.Expr | None = None) -> str:
    words: list[str] = []
    for parameter in parameters:
        kind = parameter.kind
        stars = (
            {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(kind, "")
            if kind
            else ""
        )
        if kind is griffe.ParameterKind.keyword_only and not any(word.startswith("*") for word in words):
            words.append("*")
        annotation = f": {parameter.annotation}" if parameter.annotation is not None else ""
        equals = " = " if annotation else "="
        default = f"{equals}{_default(parameter.default)}" if parameter.default is not None and not stars else ""
        words.append(f"{stars}{parameter.name}{annotation}{default}")
    end = f" -> {returns}" if returns is not None else ""
    return _wrapped(name, words, end)


def _wrapped(name: str, words: list[str], end: str = "") -> str:
    line = f"{name}({', '.join(words)}){end}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {word}," for word in words), f"){end}"])


def _fence(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _docstring(entry: griffe.Object) -> Iterator[str]:
    """A docstring's sections in Markdown."""
    for section in _sections(entry):
        kind, value = section.kind.value, section.value
        if kind == "text":
            yield f"{value}\n"
        elif kind in ("parameters", "other parameters", "attributes"):
            yield _list("Attributes" if kind == "attributes" else "Arguments", _named(value))
        elif kind == "raises":
            yield _list("Raises", ((code(str(item.annotation)), item.description) for item in value))
        elif kind in ("returns", "yields"):
            yield f"**{kind.capitalize()}:** {' '.join(item.description for item in value)}\n"
        else:  # a heading of the author's, such as Example
            text = str(getattr(value, "contents", value))
            yield f"**{section.title or kind.capitalize()}:**\n"
            yield _fence(re.sub(r"^(>>>|\.\.\.) ?", "", text, flags=re.MULTILINE)) if ">>>" in text else f"{text}\n"


def _sections(entry: griffe.Object) -> Iterable[griffe.DocstringSection]:
    return entry.docstring.parsed if entry.docstring else []


def _named(items: Iterable[griffe.DocstringNamedElement]) -> Iterator[tuple[str, str]]:
    return ((code(str(item.name)), item.description) for item in items)


def _list(title: str, rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"**{title}:**\n", *(f"- {name}: {' '.join(text.split())}" for name, text in rows), ""])
