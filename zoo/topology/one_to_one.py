"""One-to-one: something of a fixed size in, one label out (the digit in an image)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.topology.answer import Answer
from zoo.topology.source_to_label import SourceToLabel, class_shares, label_answer

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class OneToOne(SourceToLabel):
    """One label for an input of a fixed size; see `SourceToLabel`. How the model reads it is its own affair.

    The model is called as `model(source, training=...)` with source `[B, ...]`. One that has a method `explain(source)`
    gives logits and a dictionary of arrays `[B, ...]`, which answers then tell by their names.
    """

    name = "one-to-one"

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples (see `Topology.batches`)."""
        import numpy as np

        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        shares = class_shares(examples, settings, split)

        def encode(example: Mapping[str, Any]) -> dict[str, Any]:
            encoded = {role: codecs[role].encode(example[role]) for role in ("source", "target")}
            return encoded | ({"share": np.float32(shares[example["target"]])} if shares else {})

        return ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=(),
        )

    def logits(self, model: keras.Model, batch: Mapping[str, Any], training: bool) -> Any:
        """Call the model on a batch (see `SourceToLabel.logits`)."""
        return model(batch["source"], training=training)

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """The likeliest label of each input, with the probabilities of all (see `Topology.answer`)."""
        import numpy as np
        from keras import ops

        def classified(values: Any) -> Any:
            model, details = inference.model, {}
            if hasattr(model, "explain"):
                logits, details = model.explain(values)  # [B, classes], name -> [B, ...]
            else:
                logits = model(values, training=False)
            return ops.log_softmax(ops.cast(logits, "float32"), axis=-1), details

        function = inference.function("classify", classified)
        codecs, size = inference.codecs, settings.batch.size
        answers: list[Answer] = []
        for begin in range(0, len(inputs), size):
            encoded = np.stack([codecs["source"].encode(value) for value in inputs[begin : begin + size]])  # [n, ...]
            # Few shapes: a full batch, and for what is left the next power of two.
            rows = min(size, 1 << (len(encoded) - 1).bit_length())
            padding = np.zeros((rows - len(encoded), *encoded.shape[1:]), encoded.dtype)
            logarithms, details = function(np.concatenate([encoded, padding]))  # [rows, classes]
            told = {name: np.asarray(value) for name, value in details.items()}
            for row, own in enumerate(np.asarray(logarithms)[: len(encoded)]):
                answers.append(label_answer(codecs["target"], own, {name: told[name][row].tolist() for name in told}))
        return answers

    def show(self, value: Any, width: int = 72) -> str:
        """Arrays by their shape; else as all do."""
        shape = getattr(value, "shape", ())
        return f"array {' x '.join(map(str, shape))}" if shape else super().show(value, width)
