"""The columns of a data set, and what each may serve as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column, or a part of one.

    Args:
        name: with dots where it is a part: `translation.en`.
        kind: `text`, `texts` (a list of them), `class`, `number`, `image`, or empty for what no topology takes.
        names: of the classes.
    """

    name: str
    kind: str
    names: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The column that it is, or is a part of."""
        return self.name.split(".")[0]

    def below(self, name: str) -> Column:
        """Give this column as a part of another; an image there is of no use."""
        return Column(f"{name}.{self.name}", "" if self.kind == "image" else self.kind, self.names)

    def value(self, row: Mapping[str, Any]) -> Any:
        """Take the value out of a row: a class by its name, a text without white space around it."""
        value: Any = row
        for part in self.name.split("."):
            value = None if value is None else value[part]
        if self.kind == "class":
            return None if value is None or value < 0 else self.names[value]
        if self.kind == "text" and value is not None:
            return value.strip()
        if self.kind == "texts" and value is not None:
            return tuple(text.strip() for text in value if text and text.strip())
        return value


def columns_of(features: Mapping[str, object]) -> list[Column]:
    """List the columns of a data set, parts of columns among them, and say what kind each is."""
    found: list[Column] = []
    for name, feature in features.items():
        parts = _parts(feature)
        if parts:
            found += [inner.below(name) for inner in columns_of(parts)]
        else:
            found.append(Column(name, _kind(feature), tuple(getattr(feature, "names", None) or ())))
    return found


def _parts(feature: object) -> Mapping[str, object]:
    """The features inside a feature; none for most."""
    import datasets

    if isinstance(feature, datasets.Translation):
        return {language: datasets.Value("string") for language in feature.languages}
    return feature if isinstance(feature, Mapping) else {}


def _kind(feature: object) -> str:
    import datasets

    if isinstance(feature, datasets.ClassLabel):
        return "class"
    if isinstance(feature, datasets.Image):
        return "image"
    if isinstance(feature, datasets.Value):
        if feature.dtype in ("string", "large_string"):
            return "text"
        return "number" if "int" in feature.dtype or feature.dtype == "bool" else ""
    inner = feature[0] if isinstance(feature, list) and feature else getattr(feature, "feature", None)
    return "texts" if inner is not None and _kind(inner) == "text" else ""
