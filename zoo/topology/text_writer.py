"""A model that writes texts about sources, ready to search, to score and to show where it attends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from zoo.errors import UsageError
from zoo.topology.many_to_one import encode_sources

if TYPE_CHECKING:
    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import TextCodec
    from zoo.codecs.codec import RawValue
    from zoo.search.protocols import TextGenerator, TextScorer
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class TextWriter:
    """The interface that `SourceToText` needs for predictions.

    Args:
        inference: the model with its codecs; keeps the compiled functions.
        settings: of the run.
        begin: the token before the first of a text.
        end: the token after the last of a text.
        sequential: whether sources are sequences, which are padded and masked.
    """

    def __init__(self, inference: Inference, settings: Settings, begin: int, end: int, sequential: bool) -> None:
        self._inference, self._settings = inference, settings
        self._begin, self._end, self._sequential = begin, end, sequential

    @property
    def codec(self) -> TextCodec:
        """The codec of the texts."""
        return cast("TextCodec", self._inference.codecs["target"])

    def sources(self, inputs: Sequence[RawValue]) -> list[np.ndarray]:
        """Encode inputs; sequences are cut to the maximum length.

        Raises:
            ZooError: an input is empty.
        """
        codec = self._inference.codecs["source"]
        if self._sequential:
            return encode_sources(codec, inputs, self._settings.batch.length)
        return [codec.encode(value) for value in inputs]

    def generator(self, unknown: bool = False) -> TextGenerator:
        """Return what writes; compiled once.

        Args:
            unknown: whether it may write the token for unknown words.
        """
        index = self.codec.unknown_id
        banned = (self._begin,) if unknown or index is None else (self._begin, index)

        def make() -> TextGenerator:
            return self._inference.make_generator(
                begin=self._begin,
                end=self._end,
                banned=banned,
                encode=self._encode(),
                fixed=not self._sequential,
            )

        return self._inference.kept("generator of the unknown" if unknown else "generator", make)

    def scorer(self) -> TextScorer:
        """Return what scores given texts; compiled once."""

        def make() -> TextScorer:
            return self._inference.make_scorer(
                begin=self._begin,
                end=self._end,
                encode=self._encode(),
                fixed=not self._sequential,
            )

        return self._inference.kept("scorer", make)

    def weights(self, sources: Sequence[np.ndarray], texts: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return where the model attends while it writes given texts.

        Args:
            sources: encoded.
            texts: tokens int `[T]`, one text a source.

        Returns:
            For each text float `[T + 1, S]`, the row of the end token last; S may be padded.

        Raises:
            UsageError: the model does not attend.
        """
        from zoo.data.batching.length_buckets import length_bucket, pad_sequences, row_bucket
        from zoo.search.batching import by_length

        inference = self._inference
        previous = [np.insert(text, 0, self._begin).astype(np.int32) for text in texts]

        def attend(sources: Tensor, mask: Tensor, previous: Tensor) -> Tensor:
            masks = {"source_mask": mask} if self._sequential else {}
            weights = inference.model(sources, previous, **masks).get("alignments")  # [B, T, S]
            if weights is None:
                raise UsageError(f"{inference.name} does not attend to its input while it writes")
            return weights

        function = inference.function("align", attend)
        found: list[np.ndarray] = [np.zeros((0, 0), np.float32)] * len(texts)
        sizes = [(len(source), len(tokens)) for source, tokens in zip(sources, previous, strict=True)]
        for places in by_length(sizes, self._settings.batch.size):
            rows, longest = row_bucket(len(places)), max(sizes[place][0] for place in places)
            length = length_bucket(longest) if self._sequential else longest
            array, mask = pad_sequences([sources[place] for place in places], rows, length)
            mask[len(places) :, 0] = True
            steps = length_bucket(max(sizes[place][1] for place in places))
            tokens, _ = pad_sequences([previous[place] for place in places], rows, steps)
            weights = np.asarray(function(array, mask, tokens))  # [rows, steps, S]
            for row, place in enumerate(places):
                found[place] = weights[row, : sizes[place][1]]
        return found

    def _encode(self) -> Nest:
        """A graph from sources and their mask to what the model's decoder needs of them."""
        inference = self._inference
        if self._sequential:
            return inference.function("encode", lambda sources, mask: inference.model.encode(sources, mask))
        encode = inference.function("encode", lambda sources: inference.model.encode(sources))
        return lambda sources, mask: encode(sources)
