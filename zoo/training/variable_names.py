"""Names of variables that are the same in every process and on both engines, so that arrays are stored by them.

A Keras path such as `decoder/lstm_3/kernel` nearly serves as a name. But Keras numbers layers through a whole process
(`lstm_3` is `lstm` in the next one), and two layers may have the same path.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import keras

Path: TypeAlias = tuple[str, ...]


def variable_names(variables: Iterable[keras.Variable]) -> list[str]:
    """Name variables by their paths, uniquely.

    Numbers at the end of a part, such as in `lstm_3/kernel`, count from the start again among the parts of the same
    place: `lstm_3` and `lstm_5` become `lstm` and `lstm_1`. A path that repeats gets its count: `lstm/kernel#2`.

    Args:
        variables: of a model, in order.

    Returns:
        One name per variable.
    """
    return _unique("/".join(path) for path in _renumbered([tuple(each.path.split("/")) for each in variables]))


def optimizer_names(optimizer: keras.optimizers.Optimizer, weights: Mapping[str, keras.Variable]) -> list[str]:
    """Name the variables of an optimizer: `decoder/lstm/kernel/momentum` where one belongs to a weight.

    Args:
        optimizer: built for the weights.
        weights: the trainable variables by name, in order.

    Returns:
        One name per variable of the optimizer.
    """
    # Keras names a slot by the path of its weight, with underscores, and its own name.
    owners: dict[str, list[str]] = defaultdict(list)
    for name, weight in weights.items():
        owners[weight.path.replace("/", "_")].append(name)
    seen: Counter[str] = Counter()
    names = []
    for variable in optimizer.variables:
        owner = _longest_prefix(variable.name, owners)
        if owner:
            place = min(seen[variable.name], len(owners[owner]) - 1)
            names.append(f"{owners[owner][place]}/{variable.name[len(owner) + 1 :]}")
        else:
            names.append(variable.name)
        seen[variable.name] += 1
    return _unique(names)


def _renumbered(paths: Sequence[Path]) -> list[Path]:
    """Number the parts of paths from the start again, among those with the same parent and the same base."""
    siblings: dict[Path, set[str]] = defaultdict(set)
    for path in paths:
        for depth, part in enumerate(path):
            siblings[path[:depth]].add(part)
    renamed: dict[tuple[Path, str], str] = {}
    for parent, parts in siblings.items():
        families: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for part in parts:
            base, number = _split_number(part)
            families[base].append((number, part))
        for base, family in families.items():
            for rank, (_, part) in enumerate(sorted(family)):
                renamed[parent, part] = f"{base}_{rank}" if rank else base
    return [tuple(renamed[path[:depth], part] for depth, part in enumerate(path)) for path in paths]


def _split_number(part: str) -> tuple[str, int]:
    """Split `lstm_3` into `lstm` and 3; a part with two numbers, such as `block_3_1`, was not numbered by Keras."""
    match = re.fullmatch(r"(.*[^_\d].*?)_(\d+)", part)
    if match is None or re.search(r"_\d+$", match[1]):
        return part, -1
    return match[1], int(match[2])


def _longest_prefix(name: str, prefixes: dict[str, list[str]]) -> str:
    """Return the longest prefix that an underscore follows in a name; empty if there is none."""
    end = name.rfind("_")
    while end > 0:
        if name[:end] in prefixes:
            return name[:end]
        end = name.rfind("_", 0, end)
    return ""


def _unique(names: Iterable[str]) -> list[str]:
    """Add a count to names that repeat: `a`, `a#2`, `a#3`."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return unique
