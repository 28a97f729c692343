"""Many-to-one: a sequence in, one label out (the sentiment of a sentence)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError
from zoo.topology.answer import Answer
from zoo.topology.source_to_label import SourceToLabel, class_shares, label_answer

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches
    from zoo.settings import Settings
    from zoo.topology.inference import Inference

SHOWN = 240
"""Letters of a source that are shown beside an answer."""


class ManyToOne(SourceToLabel):
    """One label for a whole sequence; see `SourceToLabel`.

    The model is called as `model(source, mask=source_mask, training=...)` with source int `[B, S]` or float `[B, S, D]`
    and mask bool `[B, S]`. One that has a method `explain(source, mask)` gives logits and `[B, S]`, how much each place
    counted, which answers then tell as `looked_at`.
    """

    name = "many-to-one"

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples and group them in length buckets (see `Topology.batches`)."""
        import numpy as np

        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        shares = class_shares(examples, settings, split)

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
            shuffle=split == "train",
        )

    def logits(self, model: keras.Model, batch: Mapping[str, Any], training: bool) -> Any:
        """Call the model on a batch (see `SourceToLabel.logits`)."""
        from keras import ops

        return model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)

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
        sequences = [inference.codecs["source"].encode(value)[: settings.batch.length] for value in inputs]
        for number, sequence in enumerate(sequences):
            if not len(sequence):
                raise ZooError(f"input {number + 1} is empty")
        answers: list[Answer] = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            logarithms, looked = map(np.asarray, function(batch.values, batch.mask))  # [B, classes], [B, S]
            for row, place in enumerate(batch.places.tolist()):
                details: dict[str, Any] = {}
                if looked[row].any():
                    names = _names(inference.codecs["source"], inputs[place], sequences[place])
                    details["looked_at"] = list(zip(names, looked[row].tolist(), strict=False))
                answers[place] = label_answer(inference.codecs["target"], logarithms[row], details)
        return answers

    def show_beside(self, source: Any, target: Any, answer: Any) -> tuple[str, str, str]:
        """As other topologies do, but with more of a source: what decides may stand at its end."""
        return self.show(source, SHOWN), self.show(target), self.show(answer)

    def remark(self, answer: Answer) -> str:
        """The words that counted most, where some counted more than others."""
        looked = answer.details.get("looked_at", [])
        shares = [share for _, share in looked]
        if not shares or max(shares) - min(shares) < 1e-6:
            return ""
        most = sorted(looked, key=lambda pair: -pair[1])[:5]
        return "looked at " + ", ".join(f"{word} {share:.0%}" for word, share in most)


def _names(codec: Any, text: Any, ids: Any) -> list[str]:
    """What each place of a source stands for."""
    if hasattr(codec, "tokens"):
        return list(codec.tokens(text))
    return [str(codec.decode([index])) for index in ids.tolist()]
