"""Many-to-one: a sequence in, one label out (the sentiment of a sentence)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import UsageError, ZooError
from zoo.topology.answer import Answer
from zoo.topology.not_finite import finite
from zoo.topology.source_to_label import SourceToLabel, class_shares
from zoo.topology.targets import activated, target_answer
from zoo.topology.types import TensorBatch
from zoo.topology.unknown import unknown_in
from zoo.topology.unseen_classes import TargetEncoder

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Tensor
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.settings import Settings
    from zoo.topology.inference import Inference

SHOWN = 240
"""Characters of a source that are shown beside an answer."""


class ManyToOne(SourceToLabel):
    """One label for a whole sequence; see `SourceToLabel`.

    The model is called as `model(source, mask=source_mask, training=...)` with source int `[B, S]` or float `[B, S, D]`
    and mask bool `[B, S]`. If it has a method `explain(source, mask)`, which returns logits and the weight of each
    position `[B, S]`, answers hold these weights as `looked_at`.
    """

    name = "many-to-one"

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples and group them in length buckets (see `Topology.batches`)."""
        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        shares = class_shares(examples, settings, split)
        encode_target = TargetEncoder(codecs["target"], split)

        def encode(example: RawExample) -> dict[str, np.ndarray]:
            encoded = {
                "source": codecs["source"].encode(example["source"])[: settings.batch.length],
                "target": encode_target(example["target"]),
            }
            return encoded | ({"share": np.asarray(shares[example["target"]], np.float32)} if shares else {})

        batches = ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=("source",),
        )
        encode_target.warn()
        return batches

    def logits(self, model: keras.Model, batch: TensorBatch, training: bool) -> Tensor:
        """Call the model on a batch (see `SourceToLabel.logits`)."""
        from keras import ops

        return model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """The likeliest label of each input, with the probabilities of all (see `Topology.answer`)."""
        from zoo.data import padded_batches

        def classify(values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
            from keras import ops

            model = inference.model
            weights = ops.zeros_like(ops.cast(mask, "float32"))  # [B, S]
            if hasattr(model, "explain"):
                logits, weights = model.explain(values, mask=mask)  # [B, classes], [B, S]
            else:
                logits = model(values, mask=mask, training=False)
            return activated(logits, inference.codecs["target"]), weights

        function = inference.function("predict", classify)
        codec = inference.codecs["source"]
        sequences = encode_sources(codec, inputs, settings.batch.length)
        answers: list[Answer] = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            logarithms, weights = map(np.asarray, function(batch.values, batch.mask))  # [B, classes], [B, S]
            finite(logarithms[: len(batch.places)], inference)
            for row, place in enumerate(batch.places.tolist()):
                details: dict[str, RawValue] = {}
                if weights[row].any():
                    names = _names(codec, inputs[place], sequences[place])
                    details["looked_at"] = list(zip(names, weights[row].tolist(), strict=False))
                if unknown := unknown_in(codec, inputs[place]):
                    details["unknown"] = unknown
                answers[place] = target_answer(inference.codecs["target"], logarithms[row], details)
        return answers

    def show_beside(self, source: RawValue, target: RawValue, answer: RawValue) -> tuple[str, str, str]:
        """As in other topologies, but with more of the source: its end may decide the label."""
        return self.show(source, SHOWN), self.show(target), self.show(answer)

    def remark(self, answer: Answer) -> str:
        """The words with the largest weights, where weights differ."""
        looked = answer.details.get("looked_at", [])
        shares = [share for _, share in looked]
        if not shares or max(shares) - min(shares) < 1e-6:
            return ""
        most = sorted(looked, key=lambda pair: -pair[1])[:5]
        return "looked at " + ", ".join(f"{word} {share:.0%}" for word, share in most)


def encode_sources(codec: Codec, inputs: Sequence[RawValue], longest: int) -> list[np.ndarray]:
    """Encode inputs, cut to a maximum length.

    Args:
        codec: of the sources.
        inputs: raw values.
        longest: maximum number of positions.

    Raises:
        UsageError: an input of a codec of text is not text.
        ZooError: an input is empty.
    """
    from zoo.codecs import TextCodec
    from zoo.codecs.document import Document

    found = []
    for number, value in enumerate(inputs):
        if isinstance(codec, TextCodec) and not isinstance(value, str | Document):
            raise UsageError(f"input {number + 1} is of type {type(value).__name__}; it should be text")
        sequence = codec.encode(value)[:longest]
        if not len(sequence):
            raise ZooError(f"input {number + 1} is empty")
        found.append(sequence)
    return found


def _names(codec: Codec, text: RawValue, ids: np.ndarray) -> list[str]:
    """Return the text of each position of a source."""
    if hasattr(codec, "tokens"):
        return list(codec.tokens(text))
    return [str(codec.decode([index])) for index in ids.tolist()]
