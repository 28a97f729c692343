"""What the topologies share that write a text about a source: the batch, the loss, the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from zoo.errors import ZooError
from zoo.topology.alignment import END_MARK, Alignment
from zoo.topology.answer import Answer
from zoo.topology.topology import Sums, Topology

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec, TextCodec
    from zoo.data import Batches
    from zoo.search import Generator, Score, Scorer
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class SourceToText(Topology):
    """A text is written about a source.

    The vocabulary of the model has two tokens more than the codec for `target`: the one that every text begins with
    (`begin`), and the one that ends it (`end`). The model is called as `model(source, previous, [source_mask=...,]
    training=...)` and answers with a dictionary that holds `logits` `[B, T, V]`. It steps (see `zoo.search.Stepper`)
    on what its method `encode(source[, source_mask])` gives. Where its answer holds `log_probability` and `entropy`
    `[B, T]`, as of hard attention, its layer `reinforce` (see `zoo.layers.Reinforce`) turns them into a loss.

    Args:
        label_smoothing: share of a right token's probability that in training all tokens share.
    """

    monitor = "loss"
    judges = True
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
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the pairs and group them in length buckets (see `Topology.batches`).

        Where the task has a setting `text.sampling` above 0, training cuts texts in pieces otherwise each epoch.
        """
        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        codec, longest = codecs["target"], settings.batch.length

        sampling = getattr(getattr(settings, "text", None), "sampling", 0.0) if split == "train" else 0.0
        if sampling:
            examples = examples if hasattr(examples, "__getitem__") else list(examples)

        def encode(example: Mapping[str, Any]) -> dict[str, Any]:
            return framed(codecs["source"].encode(example["source"]), codec.encode(example["target"]))

        def redraw(index: int, draw: np.random.Generator) -> dict[str, Any]:
            cut = {
                role: other.encode_sampled(examples[index][role], draw, sampling)
                if hasattr(other, "encode_sampled")
                else other.encode(examples[index][role])
                for role, other in codecs.items()
            }
            return framed(cut["source"], cut["target"])

        def framed(source: Any, target: Any) -> dict[str, Any]:
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

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Cross entropy and accuracy of the next token (see `Topology.forward`)."""
        from keras import ops

        from zoo.layers import Draws
        from zoo.ops.losses import losses_of

        target, weights = batch["target"], batch["weights"]  # [B, T], [B, T]
        masks = {"source_mask": ops.cast(batch["source_mask"], "bool")} if self.sequential else {}
        with Draws() as draws:
            outcome = model(batch["source"], batch["previous"], training=training, **masks)
        smoothing = self.label_smoothing if training else 0.0
        losses, smoothed, right = losses_of(outcome["logits"], target, smoothing)  # each [B, T]
        loss, weight = ops.sum(losses * weights), ops.sum(weights)
        sums = {"loss": (loss, weight), "accuracy": (ops.sum(right * weights), weight)}
        if smoothing:
            sums["objective"] = (ops.sum(smoothed * weights), weight)
        if draws:
            sums["objective"] = (sums.get("objective", sums["loss"])[0] + draws.loss(losses, weights), weight)
        if training and outcome.get("log_probability") is not None:
            rewards = -ops.sum(losses * weights, axis=1)  # [B]
            surrogate = model.reinforce(
                rewards, outcome["log_probability"], outcome["entropy"], weights=weights, training=True
            )
            sums["objective"] = (sums.get("objective", sums["loss"])[0] + surrogate, weight)
        return sums, carry

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Loss and accuracy of a token, and its perplexity."""
        metrics = super().summarise(totals, data)
        metrics["perplexity"] = float(np.exp(min(metrics["loss"], 700.0)))
        return metrics

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """Write a text about each input; others that the search found are in `alternatives`."""
        codec, plan = inference.codecs["target"], inference.plan(settings.search)
        found = self._generator(inference).search(
            [plan.prefix] * len(inputs),
            sources=self._sources(inference, inputs, settings),
            batch=settings.batch.size,
            **plan.arguments,
        )
        answers = []
        for texts in found:
            written = [
                (str(codec.decode([*plan.prefix, *hypothesis.tokens.tolist()])), hypothesis) for hypothesis in texts
            ]
            details: dict[str, Any] = {}
            if len(written) > 1:
                details["alternatives"] = [(text, hypothesis.score) for text, hypothesis in written[1:]]
            text, best = written[0]
            answers.append(Answer(text, best.log_probability, details))
        return answers

    def stream(
        self, inference: Inference, inputs: Sequence[Any], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Write a text about each input, piece by piece (see `Topology.stream`)."""
        from zoo.search import write

        codec, plan = cast("TextCodec", inference.codecs["target"]), inference.plan(settings.search)
        tokens = self._generator(inference).stream(
            [plan.prefix] * len(inputs),
            sources=self._sources(inference, inputs, settings),
            seeds=seeds,
            **plan.arguments,
        )
        yield from write(tokens, [codec.stream() for _ in inputs], settings.search.prefix)

    def score(
        self, inference: Inference, inputs: Sequence[Any], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Say how probable texts are as answers (see `Topology.score`)."""
        codec = inference.codecs["target"]
        tokens = [codec.encode(text).tolist() for text in texts]
        return self._scorer(inference).score(None, tokens, sources=self._sources(inference, inputs, settings))

    def align(
        self, inference: Inference, inputs: Sequence[Any], texts: Sequence[str], settings: Settings
    ) -> list[Alignment]:
        """Say where the model looks while it writes given texts about inputs (see `Topology.align`)."""
        from zoo.data.batching.length_buckets import length_bucket, pad_sequences, row_bucket
        from zoo.search.batching import by_length

        codec = cast("TextCodec", inference.codecs["target"])
        sources = self._sources(inference, inputs, settings)
        reader = cast("TextCodec", inference.codecs["source"])
        read = [reader.tokens(value) if self.sequential else [] for value in inputs]
        previous = [np.insert(codec.encode(text), 0, self.begin(codec)).astype(np.int32) for text in texts]
        model = inference.model
        found: dict[int, np.ndarray] = {}

        def looked(sources: Any, mask: Any, previous: Any) -> Any:
            masks = {"source_mask": mask} if self.sequential else {}
            return model(sources, previous, **masks)["alignments"]  # [B, T, S]

        function = inference.function("align", looked)
        sizes = [(len(source), len(tokens)) for source, tokens in zip(sources, previous, strict=True)]
        for places in by_length(sizes, settings.batch.size):
            rows, longest = row_bucket(len(places)), max(sizes[place][0] for place in places)
            array, mask = pad_sequences(
                [sources[place] for place in places], rows, length_bucket(longest) if self.sequential else longest
            )
            mask[len(places) :, 0] = True
            steps = length_bucket(max(sizes[place][1] for place in places))
            tokens, _ = pad_sequences([previous[place] for place in places], rows, steps)
            weights = np.asarray(function(array, mask, tokens))  # [rows, steps, S]
            for row, place in enumerate(places):
                found[place] = weights[row, : sizes[place][1]]
        grid = () if self.sequential else model.grid
        return [
            Alignment(
                (*codec.tokens(text), END_MARK),
                tuple(names[: weights.shape[1]]),
                weights[:, : len(names)] if self.sequential else weights.reshape(-1, *grid),
            )
            for text, names, weights in zip(texts, read, (found[place] for place in range(len(read))), strict=True)
        ]

    def _sources(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[np.ndarray]:
        sources = [inference.codecs["source"].encode(value) for value in inputs]
        if self.sequential:
            sources = [source[: settings.batch.length] for source in sources]
            for number, source in enumerate(sources):
                if not len(source):
                    raise ZooError(f"input {number + 1} is empty")
        return sources

    def _encoder(self, inference: Inference) -> Any:
        """A function of sources and their mask that gives what the model makes of them."""
        model = inference.model

        def encoded(sources: Any, mask: Any) -> Any:
            return model.encode(sources, mask) if self.sequential else model.encode(sources)

        return inference.function("encode", encoded)

    def _generator(self, inference: Inference) -> Generator:
        from zoo.search import Generator

        codec = inference.codecs["target"]
        unknown = getattr(codec, "unknown_id", None)
        banned = (self.begin(codec), *(() if unknown is None else (unknown,)))
        make = partial(
            Generator,
            inference.model,
            inference.compile,
            begin=self.begin(codec),
            end=self.end(codec),
            banned=banned,
            encode=self._encoder(inference),
            fixed=not self.sequential,
        )
        return inference.kept("generator", make)  # type: ignore[no-any-return]

    def _scorer(self, inference: Inference) -> Scorer:
        from zoo.search import Scorer

        codec = inference.codecs["target"]
        make = partial(
            Scorer,
            inference.model,
            inference.compile,
            begin=self.begin(codec),
            end=self.end(codec),
            encode=self._encoder(inference),
            fixed=not self.sequential,
        )
        return inference.kept("scorer", make)  # type: ignore[no-any-return]
