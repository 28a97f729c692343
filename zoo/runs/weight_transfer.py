"""Fills a new model with the weights of another run, as far as they fit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs import TextCodec
from zoo.codecs.matching import match_tokens, same_tokens
from zoo.errors import ZooError
from zoo.runs.start_run import ONE_HOT, StartRun
from zoo.runs.vocabulary_axes import Axes, vocabulary_axes
from zoo.training.variable_names import variable_names

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.task import Task

LARGEST_EXTRA = 8
"""Most rows that a model adds to its vocabulary, such as those of the tokens that begin and end a text."""
RANDOM_STATE = "seed_generator"


@dataclass
class Transfer:
    """What a new model took over from another run.

    Attributes:
        weights: name of each weight -> `taken`, how many of its tokens were taken, or why it was not.
        taken: names of the weights that were taken, at least in part.
        left: names of the weights of the other run that no weight took.
    """

    weights: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)

    def describe(self, start: StartRun) -> list[str]:
        """Describe it in a few lines for people."""
        whole = [name for name, note in self.weights.items() if note == "taken"]
        new = [name for name in self.weights if name not in self.taken]
        lines = [f"start: {start.path} gives {len(self.taken)} of {len(self.weights)} weights"]
        lines += [f"start: {name}: {self.weights[name]}" for name in self.weights if name in self.taken - set(whole)]
        if new:
            lines.append("start: new: " + ", ".join(f"{name} ({self.weights[name]})" for name in new))
        if self.left:
            lines.append("start: not used: " + ", ".join(self.left))
        return lines


def transfer_weights(start: StartRun, task: Task, codecs: Mapping[str, Codec], model: keras.Model) -> Transfer:
    """Assign another run's weights to a model, by name and shape; vocabularies are matched token by token.

    A token that is new starts from the mean of the tokens that the old vocabulary writes it with, or from the mean of
    all. A weight without a counterpart of its name takes one that has the same place in the model's recurrent layers or
    embeddings.

    Args:
        start: the other run.
        task: builds the model.
        codecs: of the new run, by role.
        model: new.

    Raises:
        ZooError: the other run has no weights, or none of them fits.
    """
    arrays = start.weights
    names = variable_names(model.variables)
    variables = {
        name: variable for name, variable in zip(names, model.variables, strict=True) if RANDOM_STATE not in name
    }
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    old = {role: start.codec_for(role, codec) for role, codec in codecs.items()}
    same = all(same_tokens(old[role], codec) for role, codec in codecs.items())
    axes = {} if same else vocabulary_axes(task, codecs, shapes)
    resized = _Resizing(codecs, old, axes)
    result, values = Transfer(), {}
    sources = _sources(names=list(variables), arrays=arrays)
    for name in variables:
        if name not in sources:
            result.weights[name] = "has no counterpart"
            continue
        value, result.weights[name] = resized(name, arrays[sources[name]], shapes[name])
        if value is not None:
            values[name] = value
    for cell in _partial_cells(variables, values):
        for name in cell:
            if values.pop(name, None) is not None:
                result.weights[name] = "the rest of its layer does not fit"
    if not any(variables[name].trainable for name in values):
        raise ZooError(f"train.start={start.path}: none of its weights fits this model; " + _first_misfit(result))
    for name, value in values.items():
        variables[name].assign(value.astype(np.dtype(variables[name].dtype)))
    result.taken = set(values)
    used = {sources[name] for name in values}
    result.left = [name for name in arrays if name not in {*used, ONE_HOT} and RANDOM_STATE not in name]
    return result


def _first_misfit(result: Transfer) -> str:
    name, note = next(((name, note) for name, note in result.weights.items() if "counterpart" not in note), ("", ""))
    return f"'{name}': {note}" if name else "no weight has the same name"


class _Resizing:
    """Turns a weight of the old model into one of the new model's shape."""

    def __init__(self, codecs: Mapping[str, Codec], old: Mapping[str, Codec | None], axes: Axes) -> None:
        self._codecs, self._old, self._axes = codecs, old, axes
        self._matches: dict[str, list[np.ndarray]] = {}

    def __call__(self, name: str, value: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray | None, str]:
        """Return the value in its new shape and what became of it; None if it does not fit."""
        if value.ndim != len(shape):
            return None, f"{value.shape} does not fit {shape}"
        axes, notes = self._axes.get(name, {}), []
        for axis, role in axes.items():
            resized, note = self._along(axis, role, value, shape[axis])
            if resized is None:
                return None, note
            value = resized
            notes.append(note)
        if value.shape != shape:
            return None, f"{value.shape} does not fit {shape}"
        return value, next((note for note in notes if note != "taken"), "taken")

    def _along(self, axis: int, role: str, value: np.ndarray, size: int) -> tuple[np.ndarray | None, str]:
        old, new = self._old[role], self._codecs[role]
        if old is None:
            return None, "the other run has no such vocabulary"
        extra, old_extra = size - new.size, value.shape[axis] - old.size
        if not 0 <= old_extra <= LARGEST_EXTRA:
            return None, f"its {value.shape[axis]:,} rows are not the {old.size:,} tokens of the other run"
        if role not in self._matches:
            self._matches[role] = match_tokens(old, new)
        matches = [*self._matches[role], *(_special(place, old.size, old_extra) for place in range(extra))]
        rows = np.moveaxis(value.astype(np.float32), axis, 0)  # [old, ...]
        everything = rows[: old.size].mean(axis=0)
        first = np.array([ids[0] if len(ids) else 0 for ids in matches], np.int64)
        moved = rows[first]  # [new, ...]
        for place, ids in enumerate(matches):
            if len(ids) != 1:
                moved[place] = rows[ids].mean(axis=0) if len(ids) else everything
        same = sum(len(ids) == 1 for ids in matches[: new.size])
        what = "tokens" if isinstance(new, TextCodec) else "labels"
        note = "taken" if same == new.size else f"{same:,} of {new.size:,} {what} taken"
        return np.moveaxis(moved, 0, axis), note


def _special(place: int, size: int, extra: int) -> np.ndarray:
    """The old row of one of the rows that a model adds to its vocabulary."""
    return np.array([size + place]) if place < extra else np.zeros(0, np.int64)


def _sources(names: Sequence[str], arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Return the name of the array for each weight: the same name, or the same place in another kind of model."""
    found = {}
    places = {name: _place(name) for name in arrays if RANDOM_STATE not in name}
    for name in names:
        if name in places:
            found[name] = name
            continue
        wanted = _place(name)
        common = {other: _common_end(wanted, place) for other, place in places.items()}
        best = max(common.values(), default=0)
        nearest = [other for other, length in common.items() if length == best]
        enough = best >= 3 or (best >= 1 and wanted[-1] == "embeddings")
        if enough and len(nearest) == 1:
            found[name] = nearest[0]
    return found


def _place(name: str) -> tuple[str, ...]:
    """The parts of a name; the forward half of a layer that reads both ways counts as one that reads forward only."""
    name = re.sub(r"bidirectional(_\d+)?/forward_(\w+?)(_\d+)?/", r"\2\1/", name)
    return tuple(name.split("/"))


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    length = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        length += 1
    return length


def _partial_cells(variables: Mapping[str, keras.Variable], values: Mapping[str, np.ndarray]) -> list[list[str]]:
    """The recurrent cells of which some weights fit and others do not."""
    cells: dict[str, list[str]] = defaultdict(list)
    for name in variables:
        parent = name.rpartition("/")[0]
        if parent.endswith("_cell"):
            cells[parent].append(name)
    return [names for names in cells.values() if any(name not in values for name in names)]
