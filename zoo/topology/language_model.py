"""The language model: each token is predicted from all that came before it, the state carried from window to window."""

from __future__ import annotations

import math
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
    from zoo.settings import Settings
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

        keep = 1.0 - batch["reset"]  # [B]

        def restarted(state: Any) -> Any:
            shape = (-1,) + (1,) * (len(state.shape) - 1)
            return state * ops.cast(ops.reshape(keep, shape), state.dtype)

        states = tree.map_structure(restarted, carry)
        logits, states = model(batch["tokens"], states=states, training=training)
        logits = ops.cast(logits, "float32")  # [B, T, V]
        target, weights = batch["target"], batch["weights"]  # [B, T], [B, T]
        losses = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)  # [B, T]
        return {"loss": (ops.sum(losses * weights), ops.sum(weights))}, states

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

    def predict(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Any]:
        """Go on from each text."""
        texts = [""] * len(inputs)
        for row, piece in self.sample(inference, inputs, settings, range(len(inputs))):
            texts[row] += piece
        return texts

    def example(self, inference: Inference, settings: Settings) -> str:
        """A text from nothing, the same random numbers each time, so that one can watch it learn to spell."""
        return "".join(piece for _, piece in self.sample(inference, [""], settings, [settings.seed]))

    def sample(
        self, inference: Inference, primes: Sequence[str], settings: Settings, seeds: Sequence[int]
    ) -> Iterator[tuple[int, str]]:
        """Generate texts, piece by piece as they are produced.

        Args:
            inference: a model that steps (see `zoo.search.Stepper`), with the text codec as `target`.
            primes: what each text goes on from; an empty one starts after a line end.
            settings: `search.length` tokens at `search.temperature`.
            seeds: one a text.

        Yields:
            (row, text), whole characters only.

        Raises:
            UsageError: a prime is not text.
        """
        codec, search = _text_codec(inference.codecs), settings.search
        tokens = [self._prime(prime, codec) for prime in primes]
        streams = [codec.stream() for _ in primes]
        temperature = 0.0 if search.strategy == "greedy" else search.temperature
        for chunk in inference.generator.generate(tokens, search.length, temperature, seeds):
            for row, ids in enumerate(chunk):
                if piece := streams[row].push(ids):
                    yield row, piece
        for row, stream in enumerate(streams):
            if piece := stream.flush():
                yield row, piece

    def _prime(self, prime: Any, codec: TextCodec) -> list[int]:
        if not isinstance(prime, str):
            raise UsageError(f"a prime is text, not {type(prime).__name__}")
        tokens = list(codec.encode(prime or "\n"))
        if not tokens:
            raise ZooError(f"the prime {prime!r} has no token")
        return [int(token) for token in tokens]


def _text_codec(codecs: Mapping[str, Codec]) -> TextCodec:
    from zoo.codecs import TextCodec

    codec = codecs["target"]
    if not isinstance(codec, TextCodec):
        raise TypeError(f"a language model's codec for 'target' is a TextCodec, not {type(codec).__name__}")
    return codec
