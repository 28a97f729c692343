"""A topology: the batch it takes, its loss, its metrics, and how it predicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.topology.types import Sums, TensorBatch

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Nest
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.metrics import ExampleSums
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.topology.alignment import Alignment
    from zoo.topology.answer import Answer, Judgement
    from zoo.topology.inference import Inference
    from zoo.topology.scored_text import ScoredText


class Topology:
    """The base class of topologies: everything that tasks of one topology share.

    The six topologies and their batches; B rows, S source and T target positions, whole numbers int32, others float32.
    Every batch has `weights`, of the shape of `target`, 0 at padding.

    | topology | `source` | `target` | also |
    |---|---|---|---|
    | one-to-one | `[B, ...]`, fixed | int `[B]` | |
    | one-to-many | `[B, height, width, 3]` | int `[B, T]` | `previous` int `[B, T]` |
    | many-to-one | int `[B, S]` or `[B, S, D]` | int `[B]` | `source_mask` `[B, S]` |
    | many-to-many | int `[B, S]` | int `[B, T]` | `source_mask` `[B, S]`, `previous` int `[B, T]` |
    | synced | `[B, S, ...]` or int `[B, S]` | int `[B, S]` | `source_mask` `[B, S]` |
    | language model | none | int `[B, T]` | `tokens` int `[B, T]`, `reset` `[B]` |

    `previous` is the target shifted by one, which teacher forcing feeds to the decoder. `tokens` are the input of a
    language model, each one position before its target; where `reset` is 1 the carried state is zeroed before the
    window.

    A model never fixes lengths: S and T differ from batch to batch, within a small set of buckets.
    """

    name = ""
    # The metric that decides which weights are best, and whether more of it is better.
    monitor = "loss"
    more_is_better = False
    # Whether there is a `judge`.
    judges = False
    # Share of `train.minutes` that is kept for answering the test split at the end.
    judging_share = 0.02
    # Whether an empty input means something, as an empty prime does to a language model.
    takes_nothing = False

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Turn raw examples into batches of this topology.

        Args:
            examples: raw examples of one split.
            codecs: fitted, by role (`source`, `target`).
            settings: of the run.
            folder: where encoded data may be kept during the run.
            split: `train`, `validation` or `test`; only `train` is shuffled.

        Returns:
            Batches that can be read from any position.

        Raises:
            ZooError: there is too little data for one batch.
        """
        raise NotImplementedError

    def precompute(self, batches: Batches, inference: Inference, folder: Path) -> Batches:
        """Compute once, before training, what all epochs need and training does not change.

        Args:
            batches: as `batches` returned them.
            inference: the model, with its initial weights.
            folder: where computed data may be kept during the run.

        Returns:
            Batches that the model takes as well; most topologies compute nothing.
        """
        del inference, folder
        return batches

    def carry(self, model: keras.Model, rows: int) -> Nest:
        """Return the state that a stream starts from: any nesting of arrays with `rows` first; most have none."""
        del model, rows
        return []

    def forward(self, model: keras.Model, batch: TensorBatch, carry: Nest, training: bool) -> tuple[Sums, Nest]:
        """Run the model on a batch, in `keras.ops`.

        Args:
            model: of this topology.
            batch: as in the table above.
            carry: as `carry` or the previous batch returned it.
            training: whether dropout and the like are on.

        Returns:
            Sums by name, including `loss` (natural logarithms), and the state for the next batch. If there is an
            `objective`, training minimises it in place of the loss; it is not shown.
        """
        raise NotImplementedError

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Turn sums over many batches into the metrics that people read.

        Args:
            totals: name -> (sum, weight), added up over the batches.
            data: the batches they came from, for what only those know (characters per token, say).

        Returns:
            Metrics by name, including `loss`.
        """
        del data
        shown = {name: sums for name, sums in totals.items() if name != "objective"}
        return {name: total / weight if weight else float("nan") for name, (total, weight) in shown.items()}

    def inputs(self, examples: Examples, count: int) -> list[RawValue]:
        """Return a few raw inputs of a split, such as `predict` takes them."""
        raise NotImplementedError

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """Answer raw inputs, with scores and details.

        Args:
            inference: a model of this topology with its codecs.
            inputs: raw values of the role `source` (a language model: the texts to continue).
            settings: of the run; `search` decides how generators choose.

        Returns:
            One answer an input, in order.

        Raises:
            ZooError: an input is empty, or the model predicts numbers that are not finite.
        """
        raise NotImplementedError

    def predict(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[RawValue]:
        """Answer raw inputs with raw outputs (see `answer`)."""
        return [answer.value for answer in self.answer(inference, inputs, settings)]

    def stream(
        self, inference: Inference, inputs: Sequence[RawValue], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Write texts piece by piece as they are generated; only for topologies that generate text.

        Args:
            inference: a model that steps (see `zoo.search.Stepper`), with the text codec as `target`.
            inputs: as `predict` takes them.
            settings: of the run; `search` decides how tokens are chosen.
            seeds: one an input; the same seed gives the same text, whatever the other inputs are.

        Yields:
            (number of the text, text), whole characters only.
        """
        raise ZooError(f"{self.name} writes no text")

    def stream_answers(self, inference: Inference, frames: Iterable[RawValue]) -> Iterator[Answer]:
        """Answer a stream frame by frame; only for topologies with a label a frame.

        Args:
            inference: a model that steps.
            frames: raw frames, one at a time; may be endless.

        Returns:
            An iterator with an answer for each frame, before the next one is read.

        Raises:
            ZooError: the model looks ahead, or the topology has no frames.
        """
        raise ZooError(f"{self.name} has no frames to label one by one")

    def score(
        self, inference: Inference, inputs: Sequence[RawValue], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Score given texts as outputs; only for topologies that generate text.

        Args:
            inference: a model that steps, with the text codec as `target`.
            inputs: as `predict` takes them.
            texts: one an input.
            settings: of the run.

        Returns:
            The natural log-probability of each token, one `Score` a text.
        """
        raise ZooError(f"{self.name} writes no text")

    def score_examples(
        self, inference: Inference, examples: Iterable[RawExample], settings: Settings
    ) -> Iterator[ScoredText]:
        """Score the targets of examples; only for topologies that generate text.

        Args:
            inference: a model that steps, with the text codec as `target`.
            examples: raw examples.
            settings: of the run.

        Yields:
            A score for each target; of a language model, for each line.
        """
        raise ZooError(f"{self.name} writes no text")

    def align(
        self, inference: Inference, inputs: Sequence[RawValue], texts: Sequence[str], settings: Settings
    ) -> list[Alignment]:
        """Return where a model attends in each input while it writes a given text.

        Args:
            inference: a model that attends.
            inputs: as `predict` takes them.
            texts: one an input, such as `predict` returns.
            settings: of the run.

        Raises:
            ZooError: this topology, or this model, does not attend to its input while it writes.
        """
        raise ZooError(f"{self.name} does not look at its input while it writes")

    def judge(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
        """Compare answers with the truth by the usual metrics.

        Args:
            examples: raw examples.
            answers: to their inputs, in order.
        """
        raise NotImplementedError

    def example_sums(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
        """Say what each example adds to the metrics that are sums over examples (see `zoo.metrics.ExampleSums`).

        Args:
            examples: raw examples.
            answers: to their inputs, in order.

        Returns:
            By name of the metric; empty where there is none.
        """
        del examples, answers
        return {}

    def show(self, value: RawValue, width: int = 72) -> str:
        """Return a raw input or output as one line."""
        text = " ".join(str(value).split())
        return text if len(text) <= width else text[: width - 3] + "..."

    def show_beside(self, source: RawValue, target: RawValue, answer: RawValue) -> tuple[str, str, str]:
        """Return a line each for a raw input, its truth and an answer."""
        return self.show(source), self.show(target), self.show(answer)

    def remark(self, answer: Answer) -> str:
        """Return one line about an answer for people, or an empty text."""
        del answer
        return ""

    def example(self, inference: Inference, settings: Settings) -> str:
        """Return a sample text after an evaluation, or an empty text."""
        del inference, settings
        return ""
