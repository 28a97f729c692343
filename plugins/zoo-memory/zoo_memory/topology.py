"""The topology: frames in, and a vector of bits out at those frames where an answer is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from zoo import ZooError
from zoo.topology import Answer, Judgement, Topology
from zoo_memory.bits import due

if TYPE_CHECKING:
    from zoo.layers import Tensor


class Answering(Topology):
    """Bits for some of the frames.

    The model is called as `model(source, mask=source_mask, training=...)` with source float `[B, T, D]` and mask bool
    `[B, T]`, and answers with logits `[B, T, K]`, of which those count where `due` `[B, T]` is 1. The loss is that of a
    bit, in nats.
    """

    name = "answering"
    judges = True

    def batches(self, examples, codecs, settings, *, folder, split):
        """Encode the examples and group them in length buckets (see `Topology.batches`)."""
        from zoo.data import EncodedExamples, ExampleBatches

        del folder

        def encode(example: Mapping[str, str]) -> dict[str, np.ndarray]:
            answered, target = due(example["source"]), codecs["target"].encode(example["target"])
            if answered.sum() != len(target):
                raise ZooError(
                    f"{answered.sum()} answers are expected, but {len(target)} are given: {example['source']}"
                )
            aligned = np.zeros((len(answered), codecs["target"].size), np.float32)  # [T, K]
            aligned[answered] = target
            source = codecs["source"].encode(example["source"])  # [T, D]
            return {"source": source, "target": aligned, "due": answered.astype(np.float32)}

        return ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
            weighted="target",
            buckets=6,
        )

    def forward(self, model, batch, carry, training):
        """Cross entropy and errors of the bits, and the cost of a sequence (see `Topology.forward`)."""
        from keras import ops

        from zoo.layers import Draws

        with Draws() as draws:
            logits = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        logits, target = ops.cast(logits, "float32"), batch["target"]  # [B, T, K], [B, T, K]
        weights = batch["weights"] * batch["due"]  # [B, T]
        # What a model says where nothing is due does not count, were it not finite.
        logits = ops.where(weights[:, :, None] != 0, logits, 0.0)
        losses = ops.sum(ops.binary_crossentropy(target, logits, from_logits=True), axis=-1)  # [B, T]
        wrong = ops.sum(ops.cast((logits > 0) != (target > 0.5), "float32"), axis=-1)  # [B, T]
        loss, bits = ops.sum(losses * weights), ops.sum(weights) * target.shape[-1]
        rows = ops.sum(ops.max(weights, axis=1))
        sums = {
            "loss": (loss, bits),
            "bit_error": (ops.sum(wrong * weights), bits),
            "cost": (loss / np.log(2.0), rows),
        }
        if draws:
            sums["objective"] = (loss + draws.loss(losses, weights), bits)
        return sums, carry

    def inputs(self, examples, count):
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference, inputs, settings):
        """The likelier value of each bit where an answer is due (see `Topology.answer`)."""
        from zoo.data import padded_batches

        def probable(values: Tensor, mask: Tensor) -> Tensor:
            from keras import ops

            return ops.sigmoid(ops.cast(inference.model(values, mask=mask, training=False), "float32"))

        function = inference.function("predict", probable)
        sequences = [inference.codecs["source"].encode(value) for value in inputs]
        answers = [Answer("")] * len(inputs)
        for number, value in enumerate(inputs):
            if not due(value).any():
                raise ZooError(f"input {number + 1}: no answer is asked for; write '-' for each answer")
        for batch in padded_batches(sequences, settings.batch.size):
            probabilities = np.asarray(function(batch.values, batch.mask))  # [B, T, K]
            for row, place in enumerate(batch.places.tolist()):
                own = probabilities[row, : len(sequences[place])][due(inputs[place])]  # [answers, K]
                score = float(np.log(np.maximum(own, 1 - own)).sum())
                answers[place] = Answer(inference.codecs["target"].decode(own), score, {"probabilities": own})
        return answers

    def judge(self, examples: Sequence[Mapping[str, str]], answers: Sequence[Answer]) -> Judgement:
        """The share of the sequences without any wrong word, and the sequences with the most of them."""
        wrong = [
            sum(one != other for one, other in zip(example["target"].split(), answer.value.split(), strict=True))
            for example, answer in zip(examples, answers, strict=True)
        ]
        order = sorted((place for place, count in enumerate(wrong) if count), key=lambda place: -wrong[place])
        return Judgement({"exact": wrong.count(0) / max(1, len(wrong))}, worst=tuple(order))
