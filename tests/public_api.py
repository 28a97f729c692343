"""The interface that plugins may rely on, written down: every public name with its signature, and every shared setting.

    python -m tests.public_api

records it in tests/public_api.txt (`make api`), unless something has changed that CHANGELOG.md does not name.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
RECORD = Path(__file__).with_suffix(".txt")
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
    "zoo.report",
    "zoo.testing",
)
# Methods of every Keras layer or model, which only Keras calls.
OF_KERAS = {"build", "build_from_config", "compute_mask", "compute_output_shape", "compute_output_spec"}
OF_KERAS |= {"from_config", "get_build_config", "get_config"}
HEAD = "# The public interface of the zoo. `make api` writes this file; docs/api.md says what it is for.\n"


def interface() -> dict[str, str]:
    """Read the interface off the code: name -> the line that describes it."""
    from zoo import hookspecs
    from zoo.settings import Settings, describe

    found = {"ZOO_API": f"ZOO_API = {hookspecs.ZOO_API}"}
    for name, hook in vars(hookspecs).items():
        if name.startswith("zoo_") and inspect.isfunction(hook):
            found[name] = f"hook {name}{_arguments(hook)}"
    for row in describe(Settings):
        found[row.name] = f"setting {row.name}={row.default} ({row.type})"
    modules = {place: importlib.import_module(place) for place in MODULES}
    public = {
        f"{place}.{name}": getattr(module, name)
        for place, module in modules.items()
        for name in sorted(getattr(module, "__all__", None) or _own(module))
    }
    classes = {value for value in public.values() if inspect.isclass(value)}
    seen: list[object] = []
    for name, value in public.items():
        again = any(value is other for other in seen)  # it is described where it stands first
        found |= {name: name} if again else _described(name, value, classes)
        seen.append(value)
    return found


def recorded() -> dict[str, str]:
    """Read the interface that was recorded last: name -> line."""
    lines = RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else []
    return {_key(line): line for line in lines if line and not line.startswith("#")}


def unnamed_changes(old: dict[str, str], new: dict[str, str], changelog: str) -> list[str]:
    """Find what has changed between two interfaces and is not named in the changelog, below the unreleased version.

    What is new may be named in full, `zoo.layers.LSTM`, or by an item that names both `zoo.layers` and `LSTM`. What
    is gone or different must be named in full, as its short name may stand there already. A method is named, too, by
    its class.

    Returns:
        A sentence for each.
    """
    section = re.search(r"^## [^\n]*unreleased[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    items = re.split(r"^- ", section[1] if section else "", flags=re.MULTILINE)
    words = [{re.split(r"[^\w.]", code)[0] for code in re.findall(r"`([^`]+)`", item)} for item in items]
    found = []
    for key in sorted(old.keys() | new.keys()):
        owner, _, name = key.rpartition(".")  # a method's class, or a name's module
        came_with_its_class = any(owner in other and owner not in one for one, other in ((old, new), (new, old)))
        if old.get(key) == new.get(key) or came_with_its_class:
            continue
        fully = {key, owner} if owner in new else {key}
        if any(fully & item or (key not in old and {owner, name} <= item) for item in words):
            continue
        what = "is new" if key not in old else "is gone" if key not in new else f"was `{old[key]}`"
        found.append(f"`{key}` {what}")
    return found


def main() -> int:
    """Record the interface; refuse where the changelog does not name what has changed."""
    now = interface()
    missing = unnamed_changes(recorded() or now, now, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if missing:
        print("CHANGELOG.md does not name, below the unreleased version:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    RECORD.write_text(HEAD + "".join(f"{line}\n" for line in now.values()), encoding="utf-8")
    return 0


def _key(line: str) -> str:
    """The name that a line is about."""
    return re.split(r"[^\w.]", re.sub(r"^(hook|setting) ", "", line))[0]


def _own(module: ModuleType) -> list[str]:
    """The public functions that a module without `__all__` defines."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and inspect.isfunction(value) and value.__module__ == module.__name__
    ]


def _described(name: str, value: object, classes: set[type]) -> dict[str, str]:
    """The lines of a name, and of what a class has of its own."""
    if inspect.isfunction(value):
        return {name: f"{name}{_arguments(value)}"}
    # A constant; or settings, whose fields have lines of their own.
    if not inspect.isclass(value) or value.__module__ == "zoo.settings.parts":
        return {name: name}
    plain = getattr(value, "_is_protocol", False) or issubclass(value, BaseException)
    lines = {name: name if plain else f"{name}{_arguments(value)}"}
    for member, found in sorted(_members(value, classes).items()):
        found = found.__func__ if isinstance(found, (classmethod, staticmethod)) else found
        lines[f"{name}.{member}"] = f"{name}.{member}{_arguments(found) if inspect.isfunction(found) else ''}"
    return lines


def _members(cls: type, classes: set[type]) -> dict[str, object]:
    """What the zoo defines in a class, or in one above it that is not public itself."""
    found: dict[str, object] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.split(".")[0] == "zoo" and (base is cls or base not in classes):
            found |= {name: value for name, value in vars(base).items() if not name.startswith("_")}
    fields = getattr(cls, "__dataclass_fields__", {})
    return {name: value for name, value in found.items() if name not in OF_KERAS and name not in fields}


def _arguments(function: Callable[..., object]) -> str:
    """Names and defaults; types may be made more exact at any time."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty, default=_plain(parameter.default))
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))


class _Said:
    """A default that says nothing of itself."""

    def __repr__(self) -> str:
        return "..."


def _plain(default: object) -> object:
    known = default is inspect.Parameter.empty or default is None or isinstance(default, (int, float, str, tuple))
    return default if known else _Said()


if __name__ == "__main__":
    sys.exit(main())
