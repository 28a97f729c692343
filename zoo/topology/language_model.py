"""The language model: each token is predicted from all before it, with the state carried from window to window."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError, ZooError
from zoo.topology.not_finite import naming_the_cause
from zoo.topology.topology import Topology
from zoo.topology.types import Sums, TensorBatch
from zoo.topology.unknown import unknown_in, warn_of_unknown

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import Codec, TextCodec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.codecs.document import Document
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.search import Score
    from zoo.search.protocols import TextGenerator
    from zoo.settings import Settings
    from zoo.topology.answer import Answer
    from zoo.topology.inference import Inference
    from zoo.topology.scored_text import ScoredText

STREAM = 4096
"""Minimum number of tokens of a stream in an evaluation: each begins with an empty state, which many short ones would
measure."""


class LanguageModel(Topology):
    """Truncated backpropagation through time over B parallel streams of text.

    With the setting `text.document=line` each line is a text of its own: it begins with an empty state after a line
    end, and what the model writes ends at a line end. A model with a number `sampled` trains its softmax on a sample of
    the vocabulary, by its method `sampled_losses(tokens, target, states)`.

    The model is called as `model(tokens, states=..., training=...)` with tokens int `[B, T]`, and returns logits
    `[B, T, V]` and its states; it also steps (see `zoo.search.Stepper`). The task's codec for `target` turns text into
    tokens. Truncation as in Karpathy's char-rnn: the gradient ends at a window's border, the state does not.
    """

    name = "language model"
    monitor = "nats"
    takes_nothing = True

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the documents into one stream on disk, and cut it in windows (see `Topology.batches`)."""
        from zoo.data import TokenStore, WindowBatches

        folder.mkdir(parents=True, exist_ok=True)
        # A file without a name, of which nothing is left if the process is killed.
        documents: Iterable[Document] = (example["target"] for example in examples)
        if _by_line(settings):
            documents = (line for document in documents for line in _lines(document))
        store = TokenStore.build(documents, _text_codec(codecs), folder=folder)
        training = split == "train"
        batch = settings.batch
        rows = max(1, batch.tokens // batch.length) if batch.tokens else batch.size
        return WindowBatches(
            store,
            size=rows if training else max(1, min(rows, len(store) // STREAM)),
            length=batch.length,
            reset_at_documents=getattr(settings.data, "reset", False) or _by_line(settings),
            seed=settings.seed if training else None,
            shrink=not training,
        )

    def carry(self, model: keras.Model, rows: int) -> Nest:
        """The state that the model starts from."""
        import numpy as np
        from keras import tree

        return tree.map_structure(np.asarray, model.start(rows))

    def forward(self, model: keras.Model, batch: TensorBatch, carry: Nest, training: bool) -> tuple[Sums, Nest]:
        """Cross entropy and accuracy of the next token (see `Topology.forward`)."""
        from keras import ops, tree

        from zoo.layers import Draws
        from zoo.ops.losses import cross_entropy
        from zoo.ops.masking import weighted_sum, zero_masked

        keep = 1.0 - batch["reset"]  # [B]

        def restarted(state: Tensor) -> Tensor:
            return zero_masked(state, keep)

        states = tree.map_structure(restarted, carry)
        target, weights = batch["target"], batch["weights"]  # [B, T], [B, T]
        with Draws() as draws:
            if training and getattr(model, "sampled", False):
                losses, states = model.sampled_losses(batch["tokens"], target, states)  # [B, T]
            else:
                logits, states = model(batch["tokens"], states=states, training=training)
                losses = cross_entropy(logits, target, weights)  # [B, T]
        loss, weight = weighted_sum(losses, weights), ops.sum(weights)
        sums: Sums = {"loss": (loss, weight)}
        if draws:
            sums["objective"] = (loss + draws.loss(losses, weights), weight)
        return sums, states

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Nats and bits a character, and the perplexity of a token.

        With pieces or bytes a token is not a character. Nats are divided by the characters that tokens stand for, so
        that models with different units compare.
        """
        metrics = super().summarise(totals, data)
        ratio = getattr(data, "characters_per_token", 1.0)
        metrics["nats"] = metrics["loss"] / ratio
        metrics["bits"] = metrics["nats"] / math.log(2)
        metrics["perplexity"] = math.exp(min(metrics["loss"], 700.0))
        return metrics

    def inputs(self, examples: Examples, count: int) -> list[RawValue]:
        """Beginnings of the first documents, as primes."""
        primes = []
        for example in islice(iter(examples), count):
            primes.append(next(iter(example["target"].chunks()), "")[:16])
        return primes

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """Continue each text (see `Answer` for what the details hold)."""
        from zoo.topology.answer import Answer

        codec, plan = _text_codec(inference.codecs), inference.plan(settings.search)
        primes = [_prime(prime, codec, settings) + plan.prefix for prime in inputs]
        with naming_the_cause(inference):
            found = _generator(inference, codec, settings).search(primes, **plan.arguments)

        def text(tokens: np.ndarray) -> str:
            stream = codec.stream()
            return settings.search.prefix + stream.push(tokens) + stream.flush()

        answers = []
        for prime, (best, *others) in zip(inputs, found, strict=True):
            details: dict[str, RawValue] = {"log_probability": best.log_probability}
            if others:
                details["alternatives"] = [(text(other.tokens), other.score) for other in others]
            if unknown := unknown_in(codec, prime):
                details["unknown"] = unknown
            answers.append(Answer(text(best.tokens), best.score, details))
        return answers

    def score(
        self, inference: Inference, inputs: Sequence[RawValue], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Score texts as continuations of primes (see `Topology.score`)."""
        codec = _text_codec(inference.codecs)
        primes = [_prime(prime, codec, settings) for prime in inputs]
        with naming_the_cause(inference):
            return inference.scorer.score(primes, [codec.encode(text) for text in texts])

    def score_examples(
        self, inference: Inference, examples: Iterable[RawExample], settings: Settings
    ) -> Iterator[ScoredText]:
        """Score the lines of documents, each given all that comes before it (see `Topology.score_examples`)."""
        from dataclasses import replace

        from zoo.topology.stream_scorer import score_lines

        codec, number = _text_codec(inference.codecs), 0
        for example in examples:
            with naming_the_cause(inference):
                for line in score_lines(inference, codec, example["target"]):
                    number += 1
                    yield replace(line, number=number)

    def example(self, inference: Inference, settings: Settings) -> str:
        """A text from an empty prime, with the same random numbers each time, to watch the model learn to spell."""
        return "".join(piece for _, piece in self.stream(inference, [""], settings, [settings.seed]))

    def stream(
        self, inference: Inference, inputs: Sequence[RawValue], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Continue texts, piece by piece (see `Topology.stream`); an empty prime stands for a line end."""
        from zoo.search import write

        codec, plan = _text_codec(inference.codecs), inference.plan(settings.search)
        primes = [_prime(prime, codec, settings) + plan.prefix for prime in inputs]
        warn_of_unknown([unknown_in(codec, prime) for prime in inputs])
        tokens = _generator(inference, codec, settings).stream(primes, seeds=seeds, **plan.arguments)
        with naming_the_cause(inference):
            yield from write(tokens, [codec.stream() for _ in inputs], settings.search.prefix)


def _by_line(settings: Settings) -> bool:
    """Whether each line is a text of its own."""
    return getattr(getattr(settings, "text", None), "document", "file") == "line"


def _lines(document: Document) -> Iterator[Document]:
    """The lines of a document, each between two line ends; empty ones are left out."""
    from zoo.codecs.document import Document

    held = ""
    for chunk in (*document.chunks(), "\n"):
        *lines, held = f"{held}{chunk}".split("\n")
        for line in lines:
            if line:
                yield Document.of_text(f"\n{line}\n", document.name)


def _generator(inference: Inference, codec: TextCodec, settings: Settings) -> TextGenerator:
    """What writes with the model: until the text is as long as it may be, or until the line ends."""
    if not _by_line(settings):
        return inference.generator

    def make() -> TextGenerator:
        banned = () if codec.unknown_id is None else (codec.unknown_id,)
        return inference.make_generator(banned=banned, end=int(codec.encode("\n")[-1]))

    return inference.kept("generator of lines", make)


def _prime(prime: RawValue, codec: TextCodec, settings: Settings) -> list[int]:
    if not isinstance(prime, str):
        raise UsageError(f"a prime is text, not {type(prime).__name__}")
    tokens = codec.encode(f"\n{prime}" if not prime or _by_line(settings) else prime).tolist()
    if not tokens:
        raise ZooError(f"the prime {prime!r} has no tokens")
    return [int(token) for token in tokens]


def _text_codec(codecs: Mapping[str, Codec]) -> TextCodec:
    from zoo.codecs import TextCodec

    codec = codecs["target"]
    if not isinstance(codec, TextCodec):
        raise TypeError(f"a language model's codec for 'target' is a TextCodec, not {type(codec).__name__}")
    return codec
