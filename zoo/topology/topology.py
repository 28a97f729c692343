"""A topology: the batch it takes, its loss, its metrics, and how it predicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.topology.alignment import Alignment
    from zoo.topology.answer import Answer, Judgement
    from zoo.topology.inference import Inference

# name -> (sum over a batch, weight); a metric is the quotient of the two over as many batches as wanted.
Sums = dict[str, tuple[Any, Any]]


class Topology:
    """What all tasks of one topology share, so that no task repeats it.

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

    `previous` is the target shifted by one, which teacher forcing feeds to the decoder. `tokens` are what a language
    model reads, each one place before its target; where `reset` is 1 the carried state is zeroed before the window.

    Lengths are never fixed by a model: S and T differ from batch to batch, within a small set of buckets.
    """

    name = ""
    # The metric that decides which weights are best, and whether more of it is better.
    monitor = "loss"
    more_is_better = False
    # Whether there is a `judge`.
    judges = False
    # Whether an empty input means something, as nothing to go on from does.
    takes_nothing = False

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Turn raw examples into batches of this topology.

        Args:
            examples: raw examples of one split.
            codecs: fitted, by role (`source`, `target`).
            settings: of the run.
            folder: where encoded data may be kept while the run lasts.
            split: `train`, `validation` or `test`; only `train` is shuffled.

        Returns:
            Batches that can be begun anywhere.

        Raises:
            ZooError: there is too little data for one batch.
        """
        raise NotImplementedError

    def precompute(self, batches: Batches, inference: Inference, folder: Path) -> Batches:
        """Compute once, before a training, what all of its epochs need and no step of it changes.

        Args:
            batches: as `batches` gave them.
            inference: the model, with the weights that the training begins with.
            folder: where computed data may be kept while the run lasts.

        Returns:
            Batches that the model takes as well; most topologies have nothing to compute.
        """
        del inference, folder
        return batches

    def carry(self, model: keras.Model, rows: int) -> Any:
        """Give the state that a stream starts from: any nesting of arrays with `rows` as first axis; most have none."""
        del model, rows
        return []

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Pass over a batch, in `keras.ops`.

        Args:
            model: of this topology.
            batch: as in the table above.
            carry: as `carry` gave it, or as the batch before left it.
            training: whether dropout and its like are on.

        Returns:
            Sums by name, `loss` among them (natural logarithms), and the state for the next batch. Where there is an
            `objective`, that is what training makes small; its value means nothing to people.
        """
        raise NotImplementedError

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Turn sums over many batches into the metrics that people read.

        Args:
            totals: name -> (sum, weight), added up over the batches.
            data: the batches they came from, for what only those know (characters a token, say).

        Returns:
            Metrics by name, `loss` among them.
        """
        del data
        told = {name: sums for name, sums in totals.items() if name != "objective"}
        return {name: total / weight if weight else float("nan") for name, (total, weight) in told.items()}

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Take a few raw inputs out of a split, such as `predict` takes them."""
        raise NotImplementedError

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """Answer raw inputs, with what is known beside the answer.

        Args:
            inference: a model of this topology with its codecs.
            inputs: raw values of the role `source` (a language model: the texts to go on from).
            settings: of the run; `search` decides how generators choose.

        Returns:
            One answer an input, in order.
        """
        raise NotImplementedError

    def predict(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Any]:
        """Answer raw inputs with raw outputs (see `answer`)."""
        return [answer.value for answer in self.answer(inference, inputs, settings)]

    def stream(
        self, inference: Inference, inputs: Sequence[Any], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Write texts, piece by piece as they are produced; only for topologies that generate.

        Args:
            inference: a model that steps (see `zoo.search.Stepper`), with the text codec as `target`.
            inputs: as `predict` takes them.
            settings: of the run; `search` decides how tokens are chosen.
            seeds: one an input; the same seed gives the same text, whatever the other inputs are.

        Yields:
            (number of the input, text), whole characters only.
        """
        raise ZooError(f"{self.name} writes no text")

    def stream_answers(self, inference: Inference, frames: Iterable[Any]) -> Iterator[Answer]:
        """Answer a stream, frame by frame as they come; only for topologies with a label a frame.

        Args:
            inference: a model that steps.
            frames: raw frames, one at a time; an endless iterator will do.

        Returns:
            An iterator with an answer for each frame, given before the next one is asked for.

        Raises:
            ZooError: the model looks ahead, or the topology has no frames.
        """
        raise ZooError(f"{self.name} has no frames to label one by one")

    def score(
        self, inference: Inference, inputs: Sequence[Any], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Say how probable given texts are as outputs; only for topologies that generate.

        Args:
            inference: a model that steps, with the text codec as `target`.
            inputs: as `predict` takes them.
            texts: one an input.
            settings: of the run.

        Returns:
            Natural logarithms of the probability of each token, one `Score` a text.
        """
        raise ZooError(f"{self.name} writes no text")

    def align(
        self, inference: Inference, inputs: Sequence[Any], texts: Sequence[str], settings: Settings
    ) -> list[Alignment]:
        """Say where a model looks in each input while it writes a given text about it.

        Args:
            inference: a model that attends.
            inputs: as `predict` takes them.
            texts: one an input, such as `predict` gives.
            settings: of the run.

        Raises:
            ZooError: this topology, or this model, does not look at its input while it writes.
        """
        raise ZooError(f"{self.name} does not look at its input while it writes")

    def judge(self, examples: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Judgement:
        """Compare answers with the truth by the metrics of the field.

        Args:
            examples: raw examples.
            answers: to their inputs, in order.
        """
        raise NotImplementedError

    def show(self, value: Any, width: int = 72) -> str:
        """One line for people that stands for a raw input or output."""
        text = " ".join(str(value).split())
        return text if len(text) <= width else text[: width - 3] + "..."

    def show_beside(self, source: Any, target: Any, answer: Any) -> tuple[str, str, str]:
        """A raw input, its truth and an answer, each a line for people."""
        return self.show(source), self.show(target), self.show(answer)

    def remark(self, answer: Answer) -> str:
        """What else there is to say to people about an answer, in one line; empty where there is nothing."""
        del answer
        return ""

    def example(self, inference: Inference, settings: Settings) -> str:
        """Give a text to look at after an evaluation; empty where this topology has none."""
        del inference, settings
        return ""
