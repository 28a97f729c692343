"""The language model: each token is predicted from all that came before it, the state carried from window to window."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import UsageError, ZooError
from zoo.topology.topology import Sums, Topology

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec, TextCodec
    from zoo.data import Batches
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.topology.answer import Answer
    from zoo.topology.inference import Inference

STREAM = 4096
"""Tokens that a stream of an evaluation has at least: each begins cold, and many short ones would measure that."""


class LanguageModel(Topology):
    """Truncated backpropagation through time over B parallel streams of text.

    The model is called as `model(tokens, states=..., training=...)` with tokens int `[B, T]`, and answers with logits
    `[B, T, V]` and its states; it also steps (see `zoo.search.Stepper`). The task's codec for `target` turns text into
    tokens. Truncation as in Karpathy's char-rnn: the gradient ends at a window's border, the state does not.
    """

    name = "language model"
    monitor = "nats"
    takes_nothing = True

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the documents into one stream on disk, and cut it in windows (see `Topology.batches`)."""
        from zoo.data import TokenStore, WindowBatches

        folder.mkdir(parents=True, exist_ok=True)
        # A file without a name: nothing is left of it when the process is killed.
        documents = (example["target"] for example in examples)
        store = TokenStore.build(documents, _text_codec(codecs), folder=folder)
        training = split == "train"
        batch = settings.batch
        rows = max(1, batch.tokens // batch.length) if batch.tokens else batch.size
        return WindowBatches(
            store,
            size=rows if training else max(1, min(rows, len(store) // STREAM)),
            length=batch.length,
            reset_at_documents=getattr(settings.data, "reset", False),
            seed=settings.seed if training else None,
            shrink=not training,
        )

    def carry(self, model: keras.Model, rows: int) -> Any:
        """Zeros, or what else the model starts from."""
        import numpy as np
        from keras import tree

        return tree.map_structure(np.asarray, model.start(rows))

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Cross entropy and accuracy of the next token (see `Topology.forward`)."""
        from keras import ops, tree

        from zoo.layers import Draws
        from zoo.ops.losses import cross_entropy

        keep = 1.0 - batch["reset"]  # [B]

        def restarted(state: Any) -> Any:
            shape = (-1,) + (1,) * (len(state.shape) - 1)
            return state * ops.cast(ops.reshape(keep, shape), state.dtype)

        states = tree.map_structure(restarted, carry)
        with Draws() as draws:
            logits, states = model(batch["tokens"], states=states, training=training)
        target, weights = batch["target"], batch["weights"]  # [B, T], [B, T]
        losses = cross_entropy(logits, target)  # [B, T]
        loss, weight = ops.sum(losses * weights), ops.sum(weights)
        sums = {"loss": (loss, weight)}
        if draws:
            sums["objective"] = (loss + draws.loss(losses, weights), weight)
        return sums, states

    def summarise(self, totals: Mapping[str, tuple[float, float]], data: Batches | None) -> dict[str, float]:
        """Nats and bits a character, and the perplexity of a token.

        With pieces or bytes a token is not a character; nats are divided by the characters that the tokens stand for,
        so that models with different units can be compared.
        """
        metrics = super().summarise(totals, data)
        ratio = getattr(data, "characters_per_token", 1.0)
        metrics["nats"] = metrics["loss"] / ratio
        metrics["bits"] = metrics["nats"] / math.log(2)
        metrics["perplexity"] = math.exp(min(metrics["loss"], 700.0))
        return metrics

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Beginnings of the first documents, as primes."""
        primes = []
        for example in islice(iter(examples), count):
            primes.append(next(iter(example["target"].chunks()), "")[:16])
        return primes

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """Go on from each text; where the search gives several texts, the others are in `alternatives`."""
        from zoo.topology.answer import Answer

        codec, plan = _text_codec(inference.codecs), inference.plan(settings.search)
        primes = [self._prime(prime, codec) + plan.prefix for prime in inputs]
        found = inference.generator.search(primes, **plan.arguments)

        def text(tokens: Any) -> str:
            stream = codec.stream()
            return settings.search.prefix + stream.push(tokens) + stream.flush()

        answers = []
        for texts in found:
            written = [(text(hypothesis.tokens), hypothesis.score) for hypothesis in texts]
            answers.append(Answer(*written[0], {"alternatives": written[1:]} if len(written) > 1 else {}))
        return answers

    def score(
        self, inference: Inference, inputs: Sequence[Any], texts: Sequence[str], settings: Settings
    ) -> list[Score]:
        """Say how probable texts are as continuations of primes (see `Topology.score`)."""
        codec = _text_codec(inference.codecs)
        primes = [self._prime(prime, codec) for prime in inputs]
        return inference.scorer.score(primes, [codec.encode(text) for text in texts])

    def example(self, inference: Inference, settings: Settings) -> str:
        """A text from nothing, the same random numbers each time, so that one can watch it learn to spell."""
        return "".join(piece for _, piece in self.stream(inference, [""], settings, [settings.seed]))

    def stream(
        self, inference: Inference, inputs: Sequence[Any], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Go on from texts, piece by piece (see `Topology.stream`); an empty prime stands for a line end."""
        from zoo.search import write

        codec, plan = _text_codec(inference.codecs), inference.plan(settings.search)
        primes = [self._prime(prime, codec) + plan.prefix for prime in inputs]
        tokens = inference.generator.stream(primes, seeds=seeds, **plan.arguments)
        yield from write(tokens, [codec.stream() for _ in inputs], settings.search.prefix)

    def _prime(self, prime: Any, codec: TextCodec) -> list[int]:
        if not isinstance(prime, str):
            raise UsageError(f"a prime is text, not {type(prime).__name__}")
        tokens = [int(token) for token in codec.encode(prime or "\n")]
        if not tokens:
            raise ZooError(f"the prime {prime!r} has no tokens")
        if prime and codec.unknown_id in tokens:
            letters = dict.fromkeys(letter for letter in prime if codec.unknown_id in codec.encode(letter))
            strange = "".join(letters) or prime
            warnings.warn(f"the model has never seen {strange!r}; it reads the unknown token instead", stacklevel=2)
        return tokens


def _text_codec(codecs: Mapping[str, Codec]) -> TextCodec:
    from zoo.codecs import TextCodec

    codec = codecs["target"]
    if not isinstance(codec, TextCodec):
        raise TypeError(f"a language model's codec for 'target' is a TextCodec, not {type(codec).__name__}")
    return codec
