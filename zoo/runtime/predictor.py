"""Answers inputs with a trained model: what a run and a bundle have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError
from zoo.runtime.answered_inputs import AnsweredInput, answer_inputs
from zoo.runtime.one_input import as_inputs, as_list
from zoo.topology.not_finite import finite_scores
from zoo.topology.topology import Topology
from zoo.topology.unknown import warn_of_answers

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Input
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.topology import Alignment, Answer, Inference

MOST_TEXTS = 100_000
"""Texts of one sample."""


class Predictor(ABC):
    """Predicts, samples, aligns and scores with a trained model.

    Args:
        name: of the task.
        topology: of the task.
        settings: of the run.
        codecs: fitted, by role.
    """

    def __init__(self, name: str, topology: Topology, settings: Settings, codecs: dict[str, Codec]) -> None:
        self.name, self.topology, self.codecs = name, topology, codecs
        self.settings: Any = settings  # of the task's own class

    @property
    @abstractmethod
    def inference(self) -> Inference:
        """The model, ready for predictions."""

    @abstractmethod
    def read_input(self, text: str) -> RawValue:
        """Convert an argument of the command line to a raw input: text as it is, the path of an image, ...

        Raises:
            ZooError: it is not a valid input.
        """

    @abstractmethod
    def read_inputs(self, source: str | Path) -> Iterator[Input]:
        """Read the inputs of a file or folder; labels are optional.

        Args:
            source: a table in any column order, a text file with one input per line, a folder, ...

        Returns:
            Inputs for `answer_inputs`; a bad row is an input with a problem.

        Raises:
            ZooError: the source cannot be read.
        """

    @abstractmethod
    def read_frames(self, lines: Iterable[str]) -> Iterator[RawValue]:
        """Convert the lines of a stream to raw frames, each as soon as its line arrives.

        Raises:
            ZooError: a line is not a frame.
        """

    def answer_inputs(self, inputs: Iterable[Input], **search: object) -> Iterator[AnsweredInput]:
        """Answer the inputs of a file in order; bad inputs do not affect the others.

        Args:
            inputs: from `read_inputs`; read one batch at a time.
            **search: settings of the search.

        Returns:
            The inputs with their answers or problems.

        Raises:
            ZooError: no input can be answered.
        """
        return answer_inputs(self, inputs, search, self.topology.takes_nothing)

    def answer(self, inputs: Sequence[object], **search: object) -> list[Answer]:
        """Answer raw inputs, with scores, probabilities or alternatives (see `predict`)."""
        settings, listed = self._searching(search), self._listed(inputs)
        answers = self.topology.answer(self.inference, listed, settings)
        warn_of_answers(answers)
        return finite_scores(answers, self.inference)

    def predict(self, inputs: Sequence[RawValue], **search: object) -> list[RawValue]:
        """Answer raw inputs with raw outputs.

        Args:
            inputs: as in the task's data; or a single text, path, image or sequence of vectors.
            **search: settings of the search, such as `temperature=0.5`.

        Returns:
            One answer per input.
        """
        if type(self.topology).predict is Topology.predict:
            return [answer.value for answer in self.answer(inputs, **search)]
        settings, listed = self._searching(search), self._listed(inputs)
        return self.topology.predict(self.inference, listed, settings)

    def stream_answers(self, frames: Iterable[object]) -> Iterator[Answer]:
        """Label frames as they arrive, for example from a camera; the model keeps its state between frames.

        Args:
            frames: raw frames, one at a time; may be endless.

        Returns:
            An answer for each frame, before the next one is read.

        Raises:
            ZooError: the task labels no frames, or its model looks ahead; train with `model.causal=true`.
        """
        return self.topology.stream_answers(self.inference, frames)

    def align(self, inputs: Sequence[object], texts: Sequence[str]) -> list[Alignment]:
        """Return where the model attends in its inputs while it generates given texts.

        Args:
            inputs: as in the task's data.
            texts: one per input, for example from `predict`.

        Returns:
            One alignment per input; its `lines` draw it.

        Raises:
            ZooError: the model does not attend to its input.
        """
        texts = [texts] if isinstance(texts, str) else as_list("texts", texts)
        listed = self._listed(inputs)
        if len(listed) != len(texts):
            raise UsageError(f"{len(texts)} texts for {len(listed)} inputs: there must be one per input")
        return self.topology.align(self.inference, listed, texts, self.settings)

    def sample(
        self,
        prime: object = "",
        *,
        seed: int = 0,
        count: int = 1,
        stream: Callable[[int, str], None] | None = None,
        **search: object,
    ) -> Any:
        """Generate text.

        Args:
            prime: the input to answer; for a language model, the text to continue.
            seed: the same seed gives the same text.
            count: number of texts; text `i` has the seed `seed + i`, so that it can be reproduced alone.
            stream: called with (number of the text, piece of it) during generation.
            **search: settings of the search, such as `length=500, temperature=0.5` or `beam=5`.

        Returns:
            The text, without the prime; a list of texts if `count` is more than 1.

        Raises:
            ZooError: the task does not generate text.
        """
        count = _texts(count)
        texts = [""] * count
        for row, piece in self.stream(prime, seed=seed, count=count, **search):
            texts[row] += piece
            if stream is not None:
                stream(row, piece)
        return texts[0] if count == 1 else texts

    def stream(
        self, prime: object = "", *, seed: int = 0, count: int = 1, **search: object
    ) -> Iterator[tuple[int, str]]:
        """Generate text piece by piece (see `sample`).

        Yields:
            (number of the text, piece of it), whole characters only.
        """
        count = _texts(count)
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise UsageError(f"seed={seed!r}: it must be a whole number")
        settings, seeds = self._searching(search), [int(seed) + index for index in range(count)]
        yield from self.topology.stream(self.inference, [prime] * count, settings, seeds)

    def score(self, texts: Sequence[str], inputs: Sequence[object] | None = None) -> list[Score]:
        """Compute the log-probabilities of texts, to compare them or to compute a perplexity.

        Args:
            texts: possible outputs of the model.
            inputs: one per text, as for `predict`; without inputs, a language model continues a line end.

        Returns:
            For each text, the natural log-probabilities of its tokens, and their sum.

        Raises:
            ZooError: the task does not generate text.
        """
        texts = [texts] if isinstance(texts, str) else as_list("texts", texts)
        inputs = [""] * len(texts) if inputs is None else self._listed(inputs)
        if len(inputs) != len(texts):
            raise UsageError(f"{len(texts)} texts for {len(inputs)} inputs: there must be one per input")
        return self.topology.score(self.inference, inputs, texts, self.settings)

    def keep_graphs(self) -> bool:
        """Keep graphs that the answers so far have made, for the next command; whether there are any."""
        return False

    def _listed(self, inputs: RawValue) -> list[RawValue]:
        return as_inputs(inputs, self.codecs.get("source"))

    def _searching(self, search: Mapping[str, object]) -> Settings:
        settings: Settings = self.settings
        if not search:
            return settings
        from zoo.settings import override

        return override(settings, {"search": dict(search)}, task=self.name)


def _texts(count: object) -> int:
    """Check a number of texts."""
    from zoo.search.limits import check_whole

    return check_whole("count", count, 1, MOST_TEXTS)
