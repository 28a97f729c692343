"""Many-to-one: a sequence in, one label out (the sentiment of a sentence)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError
from zoo.topology.answer import Answer, Judgement
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
    and mask bool `[B, S]`, and answers with logits `[B, classes]`. One that has a method `explain(source, mask)` gives
    logits and `[B, S]`, how much each place counted, which answers then tell as `looked_at`.

    Where the data's setting `balanced` is true, every class counts the same in the training loss, however rare it is.
    """

    name = "many-to-one"
    monitor = "accuracy"
    more_is_better = True
    judges = True

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples and group them in length buckets (see `Topology.batches`)."""
        import numpy as np

        from zoo.data import EncodedExamples, ExampleBatches

        training = split == "train"
        shares = _class_weights(examples) if training and getattr(settings.data, "balanced", False) else {}

        def encode(example: Mapping[str, Any]) -> dict[str, Any]:
            encoded = {
                "source": codecs["source"].encode(example["source"])[: settings.batch.length],
                "target": codecs["target"].encode(example["target"]),
            }
            return encoded | ({"share": np.float32(shares[example["target"]])} if shares else {})

        return ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=training,
        )

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Cross entropy and accuracy of the label (see `Topology.forward`)."""
        from keras import ops

        logits = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        logits = ops.cast(logits, "float32")  # [B, classes]
        target, weights = batch["target"], batch["weights"]  # [B], [B]
        if "share" in batch:
            weights = weights * batch["share"]
        losses = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)  # [B]
        right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), ops.cast(target, "int64")), "float32")
        weight = ops.sum(weights)
        return {"loss": (ops.sum(losses * weights), weight), "accuracy": (ops.sum(right * weights), weight)}, carry

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """The likeliest label of each input, with the probabilities of all (see `Topology.answer`)."""
        import numpy as np
        from keras import ops

        from zoo.data import padded_batches

        def classified(values: Any, mask: Any) -> Any:
            model = inference.model
            looked = ops.zeros_like(ops.cast(mask, "float32"))  # [B, S]
            if hasattr(model, "explain"):
                logits, looked = model.explain(values, mask=mask)  # [B, classes], [B, S]
            else:
                logits = model(values, mask=mask, training=False)
            return ops.log_softmax(ops.cast(logits, "float32"), axis=-1), looked

        function = inference.function("classify", classified)
        codec = inference.codecs["target"]
        sequences = [inference.codecs["source"].encode(value)[: settings.batch.length] for value in inputs]
        for number, sequence in enumerate(sequences):
            if not len(sequence):
                raise ZooError(f"input {number + 1} is empty")
        answers: list[Answer] = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            logarithms, looked = map(np.asarray, function(batch.values, batch.mask))  # [B, classes], [B, S]
            for row, place in enumerate(batch.places.tolist()):
                own = logarithms[row]  # [classes]
                details: dict[str, Any] = {
                    "probabilities": {codec.decode(index): float(np.exp(value)) for index, value in enumerate(own)}
                }
                if looked[row].any():
                    names = _names(inference.codecs["source"], inputs[place], sequences[place])
                    details["looked_at"] = list(zip(names, looked[row].tolist(), strict=False))
                best = int(own.argmax())
                answers[place] = Answer(codec.decode(best), float(own[best]), details)
        return answers

    def judge(self, examples: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Judgement:
        """Accuracy, macro F1, area under the ROC curve and calibration error (see `zoo.metrics`)."""
        from zoo.metrics import confusion_table, label_metrics

        truth = [example["target"] for example in examples]
        predicted = [answer.value for answer in answers]
        probabilities = [answer.details["probabilities"] for answer in answers]
        wrong = [place for place, label in enumerate(truth) if predicted[place] != label]
        return Judgement(
            metrics=label_metrics(truth, probabilities),
            notes=(confusion_table(truth, predicted),),
            worst=tuple(sorted(wrong, key=lambda place: probabilities[place].get(truth[place], 0.0))),
        )


def _class_weights(examples: Any) -> dict[Any, float]:
    """For each label what an example of it counts, so that each class counts the same and all together as many."""
    counts = Counter(example["target"] for example in examples)
    return {label: counts.total() / (len(counts) * count) for label, count in counts.items()}


def _names(codec: Any, text: Any, ids: Any) -> list[str]:
    """What each place of a source stands for."""
    if hasattr(codec, "tokens"):
        return list(codec.tokens(text))
    return [str(codec.decode([index])) for index in ids.tolist()]
