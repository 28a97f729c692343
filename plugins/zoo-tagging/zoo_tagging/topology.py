"""Synced, with words as frames: entities are judged, and a conditional random field may choose whole sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

import zoo
from zoo.data import padded_batches
from zoo.topology import Answer, Inference, Judgement, Synced
from zoo_tagging.crf import negative_log_likelihood, viterbi
from zoo_tagging.entities import broken_marks, entity_metrics, is_bio

if TYPE_CHECKING:
    import keras

    from zoo.layers import Tensor


class SyncedWords(Synced):
    """A label for every word of a sentence; see `zoo.topology.Synced`."""

    def forward(
        self, model: keras.Model, batch: Mapping[str, Tensor], carry: None, training: bool
    ) -> tuple[dict[str, tuple[Tensor, Tensor]], None]:
        """Cross entropy of each label; with a conditional random field, of the whole sequence of labels."""
        if getattr(model, "transitions", None) is None:
            return super().forward(model, batch, carry, training)
        from keras import ops

        scores = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        scores, weights = ops.cast(scores, "float32"), batch["weights"]  # [B, S, C], [B, S]
        target = ops.maximum(batch["target"], 0)
        losses = negative_log_likelihood(scores, target, weights, model.transitions)  # [B]
        rows = ops.cast(ops.max(weights, axis=1) > 0, "float32")
        right = ops.cast(ops.equal(ops.argmax(scores, axis=-1), batch["target"]), "float32")
        total = ops.sum(weights)
        # By word, as without the field, so that learning rates mean the same.
        return {"loss": (ops.sum(losses * rows), total), "accuracy": (ops.sum(right * weights), total)}, carry

    def answer(self, inference: Inference, inputs: Sequence[Sequence[str]], settings: zoo.Settings) -> list[Answer]:
        """The likeliest labels; with a conditional random field, the likeliest sequence of labels."""
        if getattr(inference.model, "transitions", None) is None:
            return super().answer(inference, inputs, settings)

        def score(values: Tensor, mask: Tensor) -> Tensor:
            return inference.model(values, mask=mask, training=False)

        function = inference.function("score labels", score)
        transitions = np.asarray(inference.model.transitions)
        for number, value in enumerate(inputs):
            if not len(value):
                raise zoo.ZooError(f"input {number + 1} has no word")
        sequences = [inference.codecs["source"].encode(value) for value in inputs]
        answers = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            scores = np.asarray(function(batch.values, batch.mask))  # [B, S, C]
            for row, place in enumerate(batch.places.tolist()):
                ids, _ = viterbi(scores[row, : len(sequences[place])], transitions)
                answers[place] = Answer(inference.codecs["target"].decode(ids))
        return answers

    def judge(self, examples: Sequence[Mapping[str, Sequence[str]]], answers: Sequence[Answer]) -> Judgement:
        """Accuracy and, where labels mark entities, their precision, recall and F1."""
        truth = [[str(label) for label in example["target"]] for example in examples]
        predicted = [[str(label) for label in answer.value] for answer in answers]
        pairs = [pair for a, b in zip(truth, predicted, strict=True) for pair in zip(a, b, strict=True)]
        right = [sum(x == y for x, y in zip(a, b, strict=True)) / len(a) for a, b in zip(truth, predicted, strict=True)]
        metrics = {
            "accuracy": sum(x == y for x, y in pairs) / len(pairs),
            "sentences": sum(s == 1 for s in right) / len(right),
        }
        notes: tuple[str, ...] = ()
        if is_bio([label for labels in truth for label in labels]):
            metrics |= entity_metrics(truth, predicted)
            if broken := broken_marks(truth):
                notes = (f"{broken:,} labels in the data continue an entity that has not begun; they begin one",)
        worst = sorted((place for place, share in enumerate(right) if share < 1), key=lambda place: right[place])
        return Judgement(metrics, notes, tuple(worst))

    def show(self, value: Sequence[str], width: int = 72) -> str:
        """A sentence, or its labels, as one line."""
        text = " ".join(map(str, value))
        return text if len(text) <= width else text[: width - 3] + "..."

    def show_beside(self, source: Sequence[str], target: Sequence[str], answer: Sequence[str]) -> tuple[str, str, str]:
        """The sentence, and the labels that differ with their words."""
        different = [
            (word, one, other) for word, one, other in zip(source, target, answer, strict=True) if one != other
        ] or list(zip(source, target, answer, strict=True))[:8]
        truth, guess = (" ".join(f"{row[0]}/{row[side]}" for row in different) for side in (1, 2))
        return self.show(source, 240), truth, guess
