"""Which columns of a data set are the source and the target of a topology."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zoo import UsageError
from zoo_huggingface.address import Address
from zoo_huggingface.column import Column, columns_of

_TEXTS = ("text", "sentence", "review", "content", "document", "question")
_LABELS = ("label", "labels", "fine_label", "class", "category", "sentiment", "rating", "stars", "score")
_IMAGES = ("image", "img", "picture", "photo")
_CAPTIONS = ("captions", "caption", "sentences", "references", "text")
_LABEL = (("class", _LABELS), ("number", _LABELS), ("text", _LABELS))

Wanted = tuple[tuple[str, tuple[str, ...]], ...]
"""Kinds of column, the best first, each with the names that one is likely to have."""

WANTED: Mapping[str, Mapping[str, Wanted]] = {
    "language model": {"target": (("text", _TEXTS),)},
    "many-to-one": {"source": (("text", ("source", *_TEXTS)),), "target": _LABEL},
    "one-to-one": {"source": (("image", _IMAGES),), "target": _LABEL},
    "one-to-many": {"source": (("image", _IMAGES),), "target": (("texts", _CAPTIONS), ("text", _CAPTIONS))},
    "many-to-many": {
        "source": (("text", ("source", "src", "input", "question", "document")),),
        "target": (("text", ("target", "tgt", "trg", "output", "answer", "summary")),),
    },
}


def choose(address: Address, features: Mapping[str, object], topology: str, pair: str) -> dict[str, Column]:
    """Choose a column for each role of a topology: the one that is named, or the likeliest.

    Args:
        address: with the options `source` and `target`.
        features: of the data set.
        topology: name of the topology.
        pair: languages of a translation, as `en-fr`; empty: the first two that there are.

    Returns:
        Role -> column.

    Raises:
        UsageError: the topology takes no data of this kind, or no column fits; lists those that there are.
    """
    if topology not in WANTED:
        raise UsageError(f"{address}: no data for {topology} tasks, only for {', '.join(WANTED)}")
    columns = columns_of(features)
    chosen: dict[str, Column] = {}
    if topology == "many-to-many":
        chosen = _translation(address, columns, pair)
    for role, wanted in WANTED[topology].items():
        if role in address.options:
            chosen[role] = _named(address, role, columns, wanted)
    for role, wanted in WANTED[topology].items():
        if role not in chosen:
            chosen[role] = _likeliest(address, role, [one for one in columns if one not in chosen.values()], wanted)
    return chosen


def _translation(address: Address, columns: Sequence[Column], pair: str) -> dict[str, Column]:
    """The texts in the two languages, or the two parts of the only column of translations; none where there is none."""
    asked = address.options.get("pair", "")
    texts = [column for column in columns if column.kind == "text"]
    by_language = {column.name.split(".")[-1]: column for column in texts}
    wanted = (asked or pair).split("-")
    if len(wanted) == 2 and set(wanted) <= set(by_language):
        return {"source": by_language[wanted[0]], "target": by_language[wanted[1]]}
    if asked:
        raise UsageError(f"{address}: no texts in the languages pair={asked}; {_list(columns)}")
    sides = [column for column in texts if column.name != column.top]
    return {"source": sides[0], "target": sides[1]} if len(sides) == 2 and sides[0].top == sides[1].top else {}


def _named(address: Address, role: str, columns: Sequence[Column], wanted: Wanted) -> Column:
    name, kinds = address.options[role], [kind for kind, _ in wanted]
    for column in columns:
        if column.name == name:
            if column.kind not in kinds:
                raise UsageError(
                    f"{address}: {role}={name} is not a column of type {' or '.join(kinds)}; {_list(columns)}"
                )
            return column
    raise UsageError(f"{address}: there is no column '{name}'; {_list(columns)}")


def _likeliest(address: Address, role: str, columns: Sequence[Column], wanted: Wanted) -> Column:
    for kind, usual in wanted:
        fitting = [column for column in columns if column.kind == kind]
        named = sorted((one for one in fitting if one.name.lower() in usual), key=_rank(usual))
        if named:
            return named[0]
        # A text that is not named as a target could be anything.
        if len(fitting) == 1 and not (role == "target" and kind in ("text", "number") and len(wanted) > 1):
            return fitting[0]
    raise UsageError(f"{address}: which column is the {role}? Add {role}=COLUMN; {_list(columns)}")


def _rank(usual: Sequence[str]) -> Callable[[Column], int]:
    return lambda column: usual.index(column.name.lower())


def _list(columns: Sequence[Column]) -> str:
    kinds = (f"{column.name} ({column.kind or 'of no use here'})" for column in columns)
    return f"its columns: {', '.join(kinds)}"
