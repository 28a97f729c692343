"""The base of topologies that generate text from a source: batch, loss, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from zoo.errors import UsageError
from zoo.topology.alignment import END_MARK, Alignment
from zoo.topology.answer import Answer
from zoo.topology.copying import copy_unknown
from zoo.topology.not_finite import naming_the_cause
from zoo.topology.text_writer import TextWriter
from zoo.topology.topology import Topology
from zoo.topology.types import Sums, TensorBatch
from zoo.topology.unknown import unknown_in, warn_of_unknown

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Nest
    from zoo.codecs import Codec, TextCodec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.search import Hypothesis, Score
    from zoo.settings import Settings
    from zoo.topology.inference import Inference
    from zoo.topology.scored_text import ScoredText

SCORED = 512
"""Examples that are scored at a time."""


class SourceToText(Topology):
    """A text is written about a source.

    The vocabulary of the model has two tokens more than the codec for `target`: the one before every text (`begin`),
    and the one that ends it (`end`). The model is called as `model(source, previous, [source_mask=...,] training=...)`
    and returns a dictionary that holds `logits` `[B, T, V]`. It steps (see `zoo.search.Stepper`) on what its method
    `encode(source[, source_mask])` returns. Where its output holds `log_probability` and `entropy` `[B, T]`, as with
    hard attention, its layer `reinforce` (see `zoo.layers.Reinforce`) turns them into a loss.

    Args:
        label_smoothing: probability taken from the right token and spread over all tokens in training.
    """

    monitor = "loss"
    judges = True
    judging_share = 0.1  # a search costs more than a forward pass
    # Whether sources are sequences, which are padded and masked.
    sequential = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    @staticmethod
    def begin(codec: Codec) -> int:
        """The token before the first of a text."""
        return codec.size

    @staticmethod
    def end(codec: Codec) -> int:
        """The token after the last of a text."""
        return codec.size + 1

    @staticmethod
    def vocabulary(codec: Codec) -> int:
        """The number of tokens of the model."""
        return codec.size + 2

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the pairs and group them in length buckets (see `Topology.batches`).

        If the task has a setting `text.sampling` above 0, training segments texts into pieces differently in each
        epoch.
        """
        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        codec, longest = codecs["target"], settings.batch.length
        sampling = getattr(getattr(settings, "text", None), "sampling", 0.0) if split == "train" else 0.0
        pairs = cast("Sequence[RawExample]", examples)
        if sampling and not hasattr(examples, "__getitem__"):
            examples = pairs = list(examples)

        def encode(example: RawExample) -> dict[str, np.ndarray]:
            return framed(codecs["source"].encode(example["source"]), codec.encode(example["target"]))

        def redraw(index: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
            cut = {
                role: other.encode_sampled(pairs[index][role], draw, sampling)
                if hasattr(other, "encode_sampled")
                else other.encode(pairs[index][role])
                for role, other in codecs.items()
            }
            return framed(cut["source"], cut["target"])

        def framed(source: np.ndarray, target: np.ndarray) -> dict[str, np.ndarray]:
            if self.sequential:
                source = source[:longest]
            target = target[: longest - 1]
            return {
                "source": source,
                "target": np.append(target, self.end(codec)).astype(np.int32),
                "previous": np.insert(target, 0, self.begin(codec)).astype(np.int32),
            }

        return ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=("source", "target", "previous") if self.sequential else ("target", "previous"),
            weighted="target",
            redraw=redraw if sampling else None,
        )

    def forward(self, model: keras.Model, batch: TensorBatch, carry: Nest, training: bool) -> tuple[Sums, Nest]:
        """Cross entropy and accuracy of the next token (see `Topology.forward`)."""
        from keras import ops

        from zoo.layers import Draws
        from zoo.ops.losses import losses_of
        from zoo.ops.masking import weighted_sum

        target, weights = batch["target"], batch["weights"]  # [B, T], [B, T]
        masks = {"source_mask": ops.cast(batch["source_mask"], "bool")} if self.sequential else {}
        with Draws() as draws:
            outcome = model(batch["source"], batch["previous"], training=training, **masks)
        smoothing = self.label_smoothing if training else 0.0
        losses, smoothed, right = losses_of(outcome["logits"], target, smoothing, weights)  # each [B, T]
        loss, weight = weighted_sum(losses, weights), ops.sum(weights)
        sums: Sums = {"loss": (loss, weight), "accuracy": (weighted_sum(right, weights), weight)}
        if smoothing:
            sums["objective"] = (weighted_sum(smoothed, weights), weight)
        if draws:
            sums["objective"] = (sums.get("objective", sums["loss"])[0] + draws.loss(losses, weights), weight)
        if training and outcome.get("log_probability") is not None:
            rewards = -weighted_sum(losses, weights, axis=1)  # [B]
            surrogate = model.reinforce(
                rewards, outcome["log_probability"], outcome["entropy"], weights=weights, training=True
            )
            sums["objective"] = (sums.get("objective", sums["loss"])[0] + surrogate, weight)
        return sums, carry

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Loss, accuracy and perplexity of a token."""
        metrics = super().summarise(totals, data)
        metrics["perplexity"] = float(np.exp(min(metrics["loss"], 700.0)))
        return metrics

    def inputs(self, examples: Examples, count: int) -> list[RawValue]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """Write a text about each input (see `Answer` for what the details hold)."""
        answers = []
        found = self._search(inference, inputs, settings, None)
        for value, hypotheses in zip(inputs, found, strict=True):
            (text, best), *others = hypotheses
            details: dict[str, RawValue] = {"log_probability": best.log_probability}
            if others:
                details["alternatives"] = [(other, hypothesis.score) for other, hypothesis in others]
            if unknown := self._unknown(inference, value):
                details["unknown"] = unknown
            answers.append(Answer(text, best.score, details))
        return answers

    def stream(
        self, inference: Inference, inputs: Sequence[RawValue], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Write a text about each input, piece by piece (see `Topology.stream`)."""
        from zoo.search import write

        warn_of_unknown([self._unknown(inference, value) for value in inputs])
        if settings.search.copy_unknown:  # what to copy shows when the whole text is there
            for row, hypotheses in enumerate(self._search(inference, inputs, settings, seeds)):
                yield row, hypotheses[0][0]
            return
        writer, plan = self._writer(inference, settings), inference.plan(settings.search)
        tokens = writer.generator().stream(
            [plan.prefix] * len(inputs), sources=writer.sources(inputs), seeds=seeds, **plan.arguments
        )
        with naming_the_cause(inference):
            yield from write(tokens, [writer.codec.stream() for _ in inputs], settings.search.prefix)

    def score(
        self, inference: Inference, inputs: Sequence[RawValue], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Score texts as answers (see `Topology.score`)."""
        writer = self._writer(inference, settings)
        tokens = [writer.codec.encode(text) for text in texts]
        with naming_the_cause(inference):
            return writer.scorer().score(None, tokens, sources=writer.sources(inputs))

    def score_examples(
        self, inference: Inference, examples: Iterable[RawExample], settings: Settings
    ) -> Iterator[ScoredText]:
        """Score the targets of examples, given their sources (see `Topology.score_examples`)."""
        from zoo.topology.scored_text import ScoredText

        codec, waiting, number = cast("TextCodec", inference.codecs["target"]), iter(examples), 0
        while chunk := list(islice(waiting, SCORED)):
            targets = [str(example["target"]) for example in chunk]
            scores = self.score(inference, [example["source"] for example in chunk], targets, settings)
            for example, target, score in zip(chunk, targets, scores, strict=True):
                number += 1
                names = [*(codec.decode([index]) for index in codec.encode(target).tolist()), END_MARK]
                tokens = tuple(zip(names, map(float, score.tokens), strict=True))
                yield ScoredText(number, target, self.show(example["source"]), tokens, len(target))

    def align(
        self, inference: Inference, inputs: Sequence[RawValue], texts: Sequence[str], settings: Settings
    ) -> list[Alignment]:
        """Return where the model attends while it writes given texts about inputs (see `Topology.align`)."""
        writer = self._writer(inference, settings)
        reader = cast("TextCodec", inference.codecs["source"])
        found = writer.weights(writer.sources(inputs), [writer.codec.encode(text) for text in texts])
        alignments = []
        for value, text, weights in zip(inputs, texts, found, strict=True):
            written = (*writer.codec.tokens(text), END_MARK)
            if self.sequential:
                read = tuple(reader.tokens(value)[: weights.shape[1]])
                alignments.append(Alignment(written, read, weights[:, : len(read)]))
            else:
                alignments.append(Alignment(written, (), weights.reshape(-1, *inference.grid)))
        return alignments

    def _search(
        self, inference: Inference, inputs: Sequence[RawValue], settings: Settings, seeds: Sequence[int] | None
    ) -> list[list[tuple[str, Hypothesis]]]:
        """The texts that a search finds for each input, the best first."""
        writer, plan, copies = self._writer(inference, settings), inference.plan(settings.search), False
        if settings.search.copy_unknown:
            if not self.sequential:
                raise UsageError(f"search.copy_unknown=yes: {self.name} reads no text to copy from")
            copies = writer.codec.unknown_id is not None
        sources = writer.sources(inputs)
        with naming_the_cause(inference):
            found = writer.generator(unknown=copies).search(
                [plan.prefix] * len(inputs),
                sources=sources,
                batch=settings.batch.size,
                seeds=seeds,
                **plan.arguments,
            )
        texts = [[np.array([*plan.prefix, *one.tokens.tolist()], np.int64) for one in many] for many in found]
        if not copies:
            written = [[writer.codec.decode(text) for text in many] for many in texts]
        else:
            reader = cast("TextCodec", inference.codecs["source"])
            flat = [(place, text) for place, many in enumerate(texts) for text in many]
            weights = iter(writer.weights([sources[place] for place, _ in flat], [text for _, text in flat]))
            written = [
                [copy_unknown(text.tolist(), next(weights), inputs[place], reader, writer.codec) for text in many]
                for place, many in enumerate(texts)
            ]
        return [list(zip(texts, many, strict=True)) for texts, many in zip(written, found, strict=True)]

    def _unknown(self, inference: Inference, value: RawValue) -> list[str]:
        return unknown_in(inference.codecs["source"], value) if self.sequential else []

    def _writer(self, inference: Inference, settings: Settings) -> TextWriter:
        codec = inference.codecs["target"]
        return TextWriter(inference, settings, self.begin(codec), self.end(codec), self.sequential)
