"""Lets a new run begin with word vectors: the size of its embedding, more words in its vocabulary, the embedding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs import WordCodec
from zoo.data.vectors.word_vectors import WordVectors, open_vectors
from zoo.errors import UsageError
from zoo.settings import explicit_settings, to_arguments
from zoo.training.variable_names import variable_names

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.components import Components
    from zoo.data import Batches
    from zoo.settings import Settings, VectorSettings

BATCHES = 200
"""Batches whose words are counted for the coverage."""


def vector_settings(settings: Settings) -> VectorSettings | None:
    """Return the settings of word vectors, if a run has word vectors."""
    text = getattr(settings, "text", None)
    return text if getattr(text, "vectors", "") else None


class StartVectors:
    """The word vectors that a new run begins with.

    They belong to what the model reads: the source, or the text of a language model.

    Args:
        settings: of the run.
        components: what plugins add.

    Raises:
        UsageError: there are no such vectors, or the unit of text is not the word.
        ZooError: their file is damaged.
    """

    def __init__(self, settings: VectorSettings, components: Components) -> None:
        self.source = settings.vectors
        self._extra_words = settings.extra_words
        self._vectors: WordVectors = open_vectors(settings.vectors, components.vectors)

    @classmethod
    def of(cls, settings: Settings, components: Components) -> StartVectors | None:
        """Open the word vectors that the settings name, if any."""
        found = vector_settings(settings)
        return None if found is None else cls(found, components)

    def overrides(self, cls: type, overrides: Mapping[str, object] | Iterable[str]) -> dict[str, object] | list[str]:
        """Add the size of the embedding to a user's settings.

        Raises:
            UsageError: the user has set another size.
        """
        given = overrides if isinstance(overrides, Mapping) else list(overrides)
        dimension = self._vectors.dimension
        added: dict[str, object] = {"model.embedding": dimension}
        explicit = explicit_settings(cls, given)
        if "model.embedding" in explicit:
            return dict(given) if isinstance(given, Mapping) else given
        # A word that occurs once has a vector, and so teaches something.
        if "text.least" not in explicit and _has_least(cls):
            added["text.least"] = 1
        return {**added, **given} if isinstance(given, Mapping) else [*to_arguments(added), *given]

    def check(self, settings: Settings) -> None:
        """Refuse an embedding of another size.

        Raises:
            UsageError: says both sizes.
        """
        width, dimension = getattr(getattr(settings, "model", None), "embedding", None), self._vectors.dimension
        if width != dimension:
            raise UsageError(
                f"text.vectors={self.source} has vectors of {dimension} numbers, but model.embedding={width}; leave "
                "model.embedding out"
            )

    def extend(self, codecs: Mapping[str, Codec]) -> None:
        """Let a fitted vocabulary know the most frequent words of the vectors, too.

        Raises:
            UsageError: the vocabulary is not one of words.
        """
        codec = codecs[_role(codecs)]
        if not isinstance(codec, WordCodec):
            raise UsageError(f"text.vectors={self.source} needs text.unit=word")
        if "source" in codecs:  # a language model cannot learn when to write a word that its text does not have
            codec.add(self._vectors.first_words(self._extra_words))

    def fill(self, model: keras.Model, codecs: Mapping[str, Codec], batches: Batches) -> list[str]:
        """Put the vectors into a new model's embedding.

        Words without a vector keep their random one, scaled to the spread of the others.

        Args:
            model: new.
            codecs: of the run.
            batches: of the training split, for the coverage.

        Returns:
            Lines about the coverage.
        """
        from keras import ops

        role = _role(codecs)
        variable, codec = embedding_of(model, role, self.source), codecs[role]
        assert isinstance(codec, WordCodec)
        names = [_bare(key) for key in codec.token_keys()]
        found = self._vectors.find({form for name in names for form in _forms(name)})
        rows = np.array(ops.convert_to_numpy(variable), np.float32)  # [tokens, dimension]
        known = np.zeros(len(rows), bool)
        for place, name in enumerate(names):
            vector = next((found[form] for form in _forms(name) if form in found), None)
            if vector is not None:
                rows[place], known[place] = vector, True
        coverage = _coverage(known, batches, role)
        if not coverage:
            raise UsageError(f"text.vectors={self.source} has none of the words of this text")
        if (~known).any():
            rows[~known] *= rows[known].std() / max(float(rows[~known].std()), 1e-6)
        variable.assign(rows)
        return [f"vectors: {self.source}: {coverage}"]


def embedding_of(model: keras.Model, role: str, source: str) -> keras.Variable:
    """Find the embedding of what a model reads.

    Args:
        model: built.
        role: `source`, or `target` for a language model.
        source: the setting `text.vectors`, for messages.

    Raises:
        UsageError: the model has none.
    """
    names = zip(variable_names(model.variables), model.variables, strict=True)
    found = {name: variable for name, variable in names if name.endswith("/embeddings")}
    if len(found) > 1:
        found = {name: variable for name, variable in found.items() if ("/encoder/" in name) == (role == "source")}
    if len(found) != 1:
        raise UsageError(f"text.vectors={source}: the model of this task has no embedding of words")
    return next(iter(found.values()))


def freeze_vectors(model: keras.Model, settings: Settings, codecs: Mapping[str, Codec]) -> None:
    """Keep the word vectors as they are, if the settings say so.

    Args:
        model: built, and without an optimizer.
        settings: of the run.
        codecs: by role.
    """
    found = vector_settings(settings)
    if found is not None and not found.train_vectors:
        embedding_of(model, _role(codecs), found.vectors).trainable = False


def _role(codecs: Mapping[str, Codec]) -> str:
    return "source" if "source" in codecs else "target"


def _has_least(cls: type) -> bool:
    from zoo.settings.fields import walk

    return any(name == "text.least" for name, _ in walk(cls))


def _bare(key: object) -> str:
    """A word without the spaces around it; empty for the unknown word."""
    return key.decode().strip(" \u2060").strip() if isinstance(key, bytes) else ""


def _forms(word: str) -> list[str]:
    """The ways to write a word, the nearest first."""
    return list(dict.fromkeys([word, word.lower(), word.capitalize()])) if word else []


def _coverage(known: np.ndarray, batches: Batches, role: str) -> str:
    """Say how many of the words and tokens of the training texts have a vector; empty if none has."""
    counts: Counter[int] = Counter()
    array, mask = ("tokens", "weights") if role == "target" else ("source", "source_mask")
    for batch in islice(batches.epoch(0), BATCHES):
        tokens = batch[array] if batch[array].ndim == 2 else batch[array][:, :, 0]  # beside features of each word
        values, numbers = np.unique(tokens[batch[mask] > 0], return_counts=True)
        counts.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    words = [place for place in counts if place and place < len(known)]
    covered = [place for place in words if known[place]]
    if not covered:
        return ""
    share = sum(counts[place] for place in covered) / counts.total()
    return f"{len(covered):,} of {len(words):,} words have a vector, {share:.1%} of the tokens"
