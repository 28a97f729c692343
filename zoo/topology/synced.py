"""Synced: a sequence in, a label for every frame of it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Synced(Topology):
    """A label for every frame.

    The model is called as `model(source, mask=source_mask, training=...)` with source `[B, S, ...]` and mask bool
    `[B, S]`, and answers with logits `[B, S, classes]`. A causal one may also step (`start(rows)`,
    `step(frames, states)`), and then labels a stream frame by frame.
    """

    name = "synced"
    monitor = "accuracy"
    more_is_better = True
    judges = True

    def batches(
        self, examples: Any, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the clips, cut those that are longer than `batch.length`, and group them in length buckets."""
        from zoo.data import EncodedExamples, ExampleBatches

        del folder

        def encode(example: Mapping[str, Any]) -> dict[str, Any]:
            source, target = codecs["source"].encode(example["source"]), codecs["target"].encode(example["target"])
            if len(source) != len(target):
                raise ZooError(f"a sequence of {len(source)} frames has {len(target)} labels; it needs one a frame")
            return {"source": source, "target": target}

        pieces = _Pieces(EncodedExamples(examples, encode), settings.batch.length)
        return ExampleBatches(
            pieces,
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=("source", "target"),
            weighted="target",
        )

    def forward(self, model: keras.Model, batch: Mapping[str, Any], carry: Any, training: bool) -> tuple[Sums, Any]:
        """Cross entropy and accuracy of the labels (see `Topology.forward`)."""
        from keras import ops

        logits = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        logits = ops.cast(logits, "float32")  # [B, S, classes]
        target, weights = batch["target"], batch["weights"]  # [B, S], [B, S]
        losses = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)  # [B, S]
        right = ops.cast(ops.equal(ops.argmax(logits, axis=-1), ops.cast(target, "int64")), "float32")
        weight = ops.sum(weights)
        return {"loss": (ops.sum(losses * weights), weight), "accuracy": (ops.sum(right * weights), weight)}, carry

    def inputs(self, examples: Any, count: int) -> list[Any]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[Any], settings: Settings) -> list[Answer]:
        """The likeliest label of every frame (see `Topology.answer`)."""
        import numpy as np
        from keras import ops

        from zoo.data import padded_batches

        def labelled(values: Any, mask: Any) -> Any:
            logits = ops.cast(inference.model(values, mask=mask, training=False), "float32")  # [B, S, classes]
            return ops.log_softmax(logits, axis=-1)

        function = inference.function("label frames", labelled)
        sequences = [inference.codecs["source"].encode(value) for value in inputs]
        for number, sequence in enumerate(sequences):
            if not len(sequence):
                raise ZooError(f"input {number + 1} has no frame")
        answers: list[Answer] = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            logarithms = np.asarray(function(batch.values, batch.mask))  # [B, S, classes]
            for row, place in enumerate(batch.places):
                own = logarithms[row, : len(sequences[place])]  # [S, classes]
                chosen = own.argmax(-1)  # [S]
                answers[place] = Answer(
                    inference.codecs["target"].decode(chosen), float(own.max(-1).sum()), {"probabilities": np.exp(own)}
                )
        return answers

    def stream_labels(self, inference: Inference, frames: Iterable[Any]) -> Iterator[Any]:
        """Label frames as they come.

        Args:
            inference: with a causal model.
            frames: raw frames, one at a time.

        Yields:
            The label of each.

        Raises:
            ZooError: the model cannot step, because it reads in both directions.
        """
        import numpy as np

        model = inference.model
        step = inference.function("label a frame", model.step)
        states = model.start(1)
        for frame in frames:
            encoded = inference.codecs["source"].encode([frame])  # [1, ...]
            logits, states = step(encoded, states)
            yield inference.codecs["target"].decode(int(np.argmax(np.asarray(logits)[0])))

    def judge(self, examples: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Judgement:
        """Frame accuracy, macro F1, segmental edit score and F1@{10, 25, 50} (see `zoo.metrics`)."""
        from zoo.metrics import confusion_table, frame_metrics

        truth = [list(example["target"]) for example in examples]
        predicted = [answer.value for answer in answers]
        shares = [
            sum(one == other for one, other in zip(labels, guess, strict=True)) / len(labels)
            for labels, guess in zip(truth, predicted, strict=True)
        ]
        flat_truth = [label for labels in truth for label in labels]
        flat_predicted = [label for labels in predicted for label in labels]
        return Judgement(
            metrics=frame_metrics(truth, predicted),
            notes=(confusion_table(flat_truth, flat_predicted),),
            worst=tuple(sorted((place for place, share in enumerate(shares) if share < 1), key=lambda p: shares[p])),
        )

    def show(self, value: Any, width: int = 72) -> str:
        """Labels as a timeline, each run of equal ones as its name and its number of frames; frames as their number."""
        from itertools import groupby

        if not isinstance(value, list) or not all(isinstance(label, (str, int)) for label in value):
            return f"{len(value)} frames"
        text = " ".join(f"{label}x{len(list(run))}" for label, run in groupby(value))
        return text if len(text) <= width else text[: width - 3] + "..."


class _Pieces(Sequence[Mapping[str, Any]]):
    """Clips cut into pieces of a greatest length."""

    def __init__(self, clips: Sequence[Mapping[str, Any]], length: int) -> None:
        self._clips, self._length = clips, length
        self._places = [
            (number, start)
            for number, clip in enumerate(clips)
            for start in range(0, max(1, len(clip["source"])), length)
        ]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: Any) -> Any:
        number, start = self._places[index]
        return {name: value[start : start + self._length] for name, value in self._clips[number].items()}
