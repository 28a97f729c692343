"""Which axes of a model's weights are as long as a vocabulary."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from zoo.codecs import LabelCodec, TextCodec
from zoo.training.engines.build_scope import build_scope
from zoo.training.variable_names import variable_names

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.task import Task

Axes: TypeAlias = Mapping[str, Mapping[int, str]]
"""Name of a weight -> axis -> role of the codec whose size the axis follows."""


def vocabulary_axes(task: Task, codecs: Mapping[str, Codec], shapes: Mapping[str, tuple[int, ...]]) -> Axes:
    """Find the axes that grow with a vocabulary, by building the model once more with larger ones.

    Args:
        task: builds the model.
        codecs: fitted, by role.
        shapes: of the weights of the run's model, by name.
    """
    growth: dict[int, tuple[int, str]] = {}  # by codec, because two roles may share one
    larger = dict(codecs)
    for role, codec in codecs.items():
        if isinstance(codec, TextCodec | LabelCodec):
            more, _ = growth.setdefault(id(codec), (len(growth) + 1, role))
            larger[role] = _grown(codec, more)
    roles = dict(growth.values())
    with build_scope("float32", 0):
        model = task.model(larger)
    found: dict[str, dict[int, str]] = {}
    for name, variable in zip(variable_names(model.variables), model.variables, strict=True):
        before, after = shapes.get(name, ()), tuple(variable.shape)
        if len(before) == len(after):
            axes = {axis: roles[b - a] for axis, (a, b) in enumerate(zip(before, after, strict=True)) if b - a in roles}
            if axes:
                found[name] = axes
    return found


def _grown(codec: Codec, more: int) -> Codec:
    """A codec like another one that says it has more tokens."""
    size = codec.size + more
    grown = copy.copy(codec)
    grown.__class__ = type(type(codec).__name__, (type(codec),), {"size": property(lambda self: size)})
    return grown
