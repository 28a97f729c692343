"""The run that another one starts from: its settings, its vocabularies, its weights."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs import TextCodec
from zoo.codecs.fitting import fit_codecs
from zoo.codecs.saved import read_saved
from zoo.errors import UsageError, ZooError
from zoo.runs.folder import RunFolder
from zoo.runs.latest import find_run
from zoo.settings import explicit_settings, to_arguments
from zoo.settings.fields import declared
from zoo.settings.overrides import from_text
from zoo.training.checkpoint import load_checkpoint
from zoo.training.stored_variables import is_numbered

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.data.splitting.splits import Examples

COMMON_PARTS = {"data", "batch", "train", "search", "device"}
OF_ANY_TASK = {"cell", "layers", "units", "embedding", "unit", "lowercase", "nfc"}
"""Settings of the model and the text that mean the same in every task."""
NOT_FOLLOWED = {"dropout", "word_dropout", "scheduled_sampling", "sampling", "vectors", "train_vectors", "extra_words"}
"""Settings of the model and the text that depend on the data, and change no weight's shape."""

ONE_HOT = "embedding/embeddings"
"""The name of the embedding that does what a model of one-hot tokens does without one."""


class StartRun:
    """A trained run that gives its weights to a new one; only its files are read, not its task.

    Args:
        path: the run's folder, or a task's name for its latest run.

    Raises:
        ZooError: there is no such run, or it is damaged.
    """

    def __init__(self, path: str) -> None:
        self.folder = RunFolder(find_run(path))
        self.task = self.folder.manifest().task
        text = self.folder.read_settings()
        self._settings = {entry.key: entry.value for entry in from_text(text, str(self.folder.settings))}

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.folder.path

    @cached_property
    def codecs(self) -> dict[str, Codec]:
        """Its codecs of text and labels, by role."""
        found = {path.stem: read_saved(self.folder.codecs, path.stem) for path in self.folder.codecs.glob("*.json")}
        return {role: codec for role, codec in sorted(found.items()) if codec is not None}

    @cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """Its best weights by name.

        Raises:
            ZooError: it has none yet, or they are damaged.
        """
        path = self.folder.best if self.folder.best.exists() else self.folder.last
        if not path.exists():
            raise ZooError(f"train.start={self.path}: the run has no weights yet; train it first")
        arrays, _ = load_checkpoint(path)
        if is_numbered(arrays):
            raise ZooError(f"{path} was written by an older version, without names of weights; resume that run first")
        for name, value in arrays.items():
            if value.dtype.kind == "f" and not np.isfinite(value.astype(np.float32)).all():
                raise ZooError(f"{path}: '{name}' has values that are not finite; start from another run")
        one_hot = self.one_hot
        if one_hot:
            # A one-hot token is a row of the identity.
            arrays[ONE_HOT] = np.eye(one_hot, dtype=np.float32)
        return arrays

    @property
    def one_hot(self) -> int:
        """The size of its vocabulary if its model reads one-hot tokens, otherwise 0."""
        codec = self.codecs.get("target")
        return codec.size if self.writes_alone and self._settings.get("model.embedding") == "0" and codec else 0

    @property
    def writes_alone(self) -> bool:
        """Whether it is a language model: a text to write, and nothing to read."""
        return list(self.codecs) == ["target"] and isinstance(self.codecs["target"], TextCodec)

    def codec_for(self, role: str, codec: Codec) -> Codec | None:
        """Return its codec that corresponds to one of the new run: of the same role, or its only one of text."""
        kind = TextCodec if isinstance(codec, TextCodec) else type(codec)
        found = self.codecs.get(role)
        if isinstance(found, kind):
            return found
        others = [other for other in self.codecs.values() if isinstance(other, kind)]
        return others[0] if len(others) == 1 and isinstance(codec, TextCodec) else None

    def followed_settings(self, cls: type, task: str, explicit: Collection[str]) -> dict[str, str]:
        """Return the settings that a new run takes over, so that the weights fit.

        Args:
            cls: the settings dataclass of the new run.
            task: its task.
            explicit: dotted names of the settings that the user gave.
        """
        found = {}
        for part, entry in declared(cls).items():
            if part in COMMON_PARTS or not entry.is_part:
                continue
            for name, inner in declared(entry.type).items():
                key = f"{part}.{name}"
                value = self._settings.get(key)
                taken = name not in NOT_FOLLOWED if self.task == task else name in OF_ANY_TASK
                choices = inner.field.metadata.get("choices")
                if not taken or key in explicit or not isinstance(value, str) or (choices and value not in choices):
                    continue
                from_one_hot = key == "model.embedding" and self.one_hot and self.task != task
                found[key] = str(self.one_hot) if from_one_hot else value
        reads_both_ways = _has_setting(cls, "model", "bidirectional")
        if self.writes_alone and self.task != task and reads_both_ways and "model.bidirectional" not in explicit:
            found["model.bidirectional"] = "no"
        return found

    def fit(self, codecs: Mapping[str, Codec], examples: Examples, vocabulary: str) -> None:
        """Fit the codecs of a new run, and let its vocabularies begin with those of this one.

        Args:
            codecs: of the new run, unfitted, by role.
            examples: of its training split.
            vocabulary: `extend`, `keep` or `new` (see the setting `train.start_vocabulary`).

        Raises:
            UsageError: the vocabulary cannot be kept, because the unit of text is another one.
        """
        old = {role: self.codec_for(role, codec) for role, codec in codecs.items()}
        alike: dict[str, TextCodec] = {}
        for role, found in old.items():
            same_kind = type(found) is type(codecs[role])
            if same_kind and isinstance(found, TextCodec):
                alike[role] = found
        if vocabulary == "keep":
            for role, codec in codecs.items():
                if isinstance(codec, TextCodec) and role not in alike:
                    raise UsageError(
                        f"train.start_vocabulary=keep: {self.path} has no vocabulary of the same unit of text; "
                        "set text.unit as it was, or choose new"
                    )
        kept = {
            role for role in alike if vocabulary == "keep" or (vocabulary == "extend" and not alike[role].can_extend)
        }
        if fitted := {role: codec for role, codec in codecs.items() if role not in kept}:
            fit_codecs(fitted, examples)
        if vocabulary == "new":
            return
        for role, codec in {id(codecs[role]): (role, codecs[role]) for role in alike}.values():
            assert isinstance(codec, TextCodec)
            if role in kept:
                codec.restore(self.folder.codecs, next(name for name, one in self.codecs.items() if one is alike[role]))
            else:
                codec.extend(alike[role])


def start_overrides(
    start: StartRun, cls: type, task: str, overrides: Mapping[str, object] | Iterable[str]
) -> dict[str, object] | list[str]:
    """Add to a user's settings those that a new run takes over from the run that it starts from.

    Args:
        start: that run.
        cls: the settings dataclass of the new run.
        task: its task.
        overrides: the user's settings, as for `zoo.settings.resolve`.

    Returns:
        Settings of the same kind, in which `train.start` is the folder: a task's latest run changes.
    """
    followed = start.followed_settings(cls, task, explicit_settings(cls, overrides))
    folder = {"train.start": os.path.abspath(start.path)}
    if isinstance(overrides, Mapping):
        return {**followed, **overrides, **folder}
    return [*to_arguments(followed), *overrides, *to_arguments(folder)]


def _has_setting(cls: type, part: str, name: str) -> bool:
    parts = declared(cls)
    return part in parts and dataclasses.is_dataclass(parts[part].type) and name in declared(parts[part].type)
