"""Many-to-one: a sequence in, one label out (the sentiment of a sentence)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.topology.topology import Sums, Topology

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class ManyToOne(Topology):
    """One label for a whole sequence.

    The model is called as `model(source, mask=source_mask, training=...)` with source int `[B, S]` or float `[B, S, D]`
    and mask bool `[B, S]`, and answers with logits `[B, classes]`.
    """

    name = "many-to-one"

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples and group them in length buckets (see `Topology.batches`)."""
        from zoo.data import ExampleBatches

        def encoded() -> Iterator[dict[str, Any]]:
            for example in examples:
                yield {
                    "source": codecs["source"].encode(example["source"])[: settings.batch.length],
                    "target": codecs["target"].encode(example["target"]),
                }

        return ExampleBatches(
            list(encoded()),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
        )

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Cross entropy and accuracy of the label (see `Topology.forward`)."""
        from keras import ops

        logits = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        logits = ops.cast(logits, "float32")  # [B, classes]
        target, weights = batch["target"], batch["weights"]  # [B], [B]
        losses = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)  # [B]
        right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), ops.cast(target, "int64")), "float32")
        weight = ops.sum(weights)
        return {"loss": (ops.sum(losses * weights), weight), "accuracy": (ops.sum(right * weights), weight)}, carry

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def predict(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Any]:
        """The likeliest label of each input."""
        import numpy as np

        from zoo.data import ExampleBatches

        examples = [{"source": inference.codecs["source"].encode(value)[: settings.batch.length]} for value in inputs]
        batches = ExampleBatches(examples, size=settings.batch.size, tokens=settings.batch.tokens, shuffle=False)
        labels: list[Any] = [None] * len(inputs)
        for batch in batches.epoch(0):
            logits = np.asarray(
                inference.model(batch["source"], mask=batch["source_mask"].astype(bool), training=False)
            )
            for row, index in enumerate(batch["index"]):
                if index >= 0:
                    labels[index] = inference.codecs["target"].decode(np.argmax(logits[row]))
        return labels
