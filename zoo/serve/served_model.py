"""A model under a name, ready to answer: a run or a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from zoo.serve.errors import invalid
from zoo.serve.model_card import example_input, make_card
from zoo.serve.token_stream import TokenEvent, stream_tokens
from zoo.topology.not_finite import finite_scores

if TYPE_CHECKING:
    from zoo.runtime import Predictor
    from zoo.serve.raw_inputs import RawInput
    from zoo.settings import SearchSettings


class ServedModel:
    """Answers raw inputs as JSON.

    Args:
        name: under which it is served.
        predictor: a run or a bundle.

    Attributes:
        card: what it is.

    Raises:
        ZooError: it cannot be served, or does not answer.
    """

    def __init__(self, name: str, predictor: Predictor) -> None:
        self.name, self._predictor = name, predictor
        self.card = make_card(name, predictor)

    def warm_up(self) -> None:
        """Answer an example, so that the first client does not wait for graphs to load."""
        search = replace(self.search, length=2, min_length=0)
        self.predict([example_input(self._predictor)], search)

    @property
    def search(self) -> SearchSettings:
        """The settings of the search, where a request does not say otherwise."""
        search: SearchSettings = self._predictor.settings.search
        return search

    def count(self, text: str) -> int:
        """How many tokens a text is to the model."""
        codecs = self._predictor.codecs
        return len(codecs.get("source", codecs["target"]).encode(text))

    def predict(
        self, inputs: Sequence[RawInput], search: SearchSettings, align: bool = False
    ) -> list[dict[str, object]]:
        """Answer inputs together.

        Args:
            inputs: raw.
            search: its settings.
            align: whether to say where the model looked.

        Returns:
            A JSON object for each.

        Raises:
            ZooError: one of them cannot be answered.
        """
        predictor = self._predictor
        settings = replace(predictor.settings, search=search)
        answers = predictor.topology.answer(predictor.inference, inputs, settings)
        answers = finite_scores(answers, predictor.inference)
        found = [{"answer": plain(one.value), "score": plain(one.score), **_details(one.details)} for one in answers]
        if align and self.card.attends:
            alignments = predictor.align(inputs, [str(answer.value) for answer in answers])
            for answer, alignment in zip(found, alignments, strict=True):
                answer["alignment"] = {
                    "written": list(alignment.written),
                    "read": list(alignment.read),
                    "weights": np.round(alignment.weights.astype(np.float64), 4).tolist(),
                }
        return found

    def stream(
        self, inputs: Sequence[RawInput], seeds: Sequence[int], search: SearchSettings, alternatives: int
    ) -> Iterator[list[tuple[int, TokenEvent]]]:
        """Generate texts together (see `stream_tokens`)."""
        if not self.card.writes:
            raise invalid(f"{self.name} writes no text; ask it with /v1/models/{self.name}/predict")
        return stream_tokens(self._predictor, inputs, seeds, search, alternatives)


def _details(details: Mapping[str, object]) -> dict[str, object]:
    return {name: plain(value) for name, value in details.items()}


def plain(value: object) -> object:
    """A value as JSON has it: numbers that are not finite become null."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return round(value, 7) if np.isfinite(value) else None
    return value
