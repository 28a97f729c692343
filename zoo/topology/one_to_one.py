"""One-to-one: an input of a fixed size in, one label out (the digit in an image)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.topology.answer import Answer
from zoo.topology.not_finite import finite
from zoo.topology.source_to_label import SourceToLabel, class_shares
from zoo.topology.targets import activated, target_answer
from zoo.topology.types import TensorBatch
from zoo.topology.unseen_classes import TargetEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras

    from zoo.backend.types import Tensor
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class OneToOne(SourceToLabel):
    """One label for an input of a fixed size; see `SourceToLabel`. The model may read it in any way.

    The model is called as `model(source, training=...)` with source `[B, ...]`. If it has a method `explain(source)`,
    which returns logits and a dictionary of arrays `[B, ...]`, answers hold these arrays by their names.
    """

    name = "one-to-one"

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the examples (see `Topology.batches`)."""
        from zoo.data import EncodedExamples, ExampleBatches

        del folder
        shares = class_shares(examples, settings, split)
        encode_target = TargetEncoder(codecs["target"], split)

        def encode(example: RawExample) -> dict[str, np.ndarray]:
            encoded = {"source": codecs["source"].encode(example["source"]), "target": encode_target(example["target"])}
            return encoded | ({"share": np.asarray(shares[example["target"]], np.float32)} if shares else {})

        batches = ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=(),
        )
        encode_target.warn()
        return batches

    def logits(self, model: keras.Model, batch: TensorBatch, training: bool) -> Tensor:
        """Call the model on a batch (see `SourceToLabel.logits`)."""
        return model(batch["source"], training=training)

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """The likeliest label of each input, with the probabilities of all (see `Topology.answer`)."""

        def classify(values: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
            model, details = inference.model, {}
            if hasattr(model, "explain"):
                logits, details = model.explain(values)  # [B, classes], name -> [B, ...]
            else:
                logits = model(values, training=False)
            return activated(logits, inference.codecs["target"]), details

        function = inference.function("predict", classify)
        codecs, size = inference.codecs, settings.batch.size
        answers: list[Answer] = []
        for begin in range(0, len(inputs), size):
            encoded = np.stack([codecs["source"].encode(value) for value in inputs[begin : begin + size]])  # [n, ...]
            # Few shapes: a full batch, and for the rest the next power of two.
            rows = min(size, 1 << (len(encoded) - 1).bit_length())
            padding = np.zeros((rows - len(encoded), *encoded.shape[1:]), encoded.dtype)
            logarithms, details = function(np.concatenate([encoded, padding]))  # [rows, classes]
            told = {name: np.asarray(value) for name, value in details.items()}
            own = finite(np.asarray(logarithms)[: len(encoded)], inference)  # [n, classes]
            for row, values in enumerate(own):
                answers.append(
                    target_answer(codecs["target"], values, {name: told[name][row].tolist() for name in told})
                )
        return answers

    def show(self, value: RawValue, width: int = 72) -> str:
        """Arrays by their shape, other values as they are."""
        shape = getattr(value, "shape", ())
        return f"array {' x '.join(map(str, shape))}" if shape else super().show(value, width)
