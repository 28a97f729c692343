"""Synced: a sequence in, a label for every frame of it out."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.backend.array_namespace import to_numpy
from zoo.codecs.labels import LabelsCodec
from zoo.codecs.number import NumberCodec
from zoo.errors import ZooError
from zoo.topology.answer import Answer, Judgement
from zoo.topology.not_finite import finite
from zoo.topology.targets import (
    activated,
    activated_array,
    judge_label_sets,
    judge_numbers,
    target_answer,
    target_losses,
)
from zoo.topology.timeline import runs, timelines
from zoo.topology.topology import Topology
from zoo.topology.types import Sums, TensorBatch
from zoo.topology.unknown import unknown_in
from zoo.topology.unseen_classes import TargetEncoder, as_answered, unseen_note

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.metrics import ExampleSums
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class Synced(Topology):
    """A target for every frame: a label, several labels at once, or a number.

    The model is called as `model(source, mask=source_mask, training=...)` with source `[B, S, ...]` and mask bool
    `[B, S]`, and returns logits `[B, S, classes]`. A causal model may also step (`start(rows)`,
    `step(frames, states)`); then it labels a stream frame by frame.

    Args:
        target: kind of the targets: `label`, `labels` or `number`.
        number_loss: of numbers: `mse`, `mae` or `huber`.
    """

    name = "synced"
    monitor = "accuracy"
    more_is_better = True
    number_loss = "mse"
    judges = True

    def __init__(self, target: str = "label", number_loss: str = "mse") -> None:
        self.number_loss = number_loss
        if target != "label":
            self.monitor, self.more_is_better = "loss", False

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode the sequences, and group them in length buckets.

        For training, sequences longer than `batch.length` are cut into pieces, at other positions in each epoch; for
        validation and testing they stay whole.
        """
        from zoo.data import ExampleBatches
        from zoo.data.batching.pieces import Pieces

        del folder
        batch, training = settings.batch, split == "train"
        encode_target = TargetEncoder(codecs["target"], split)
        pieces = Pieces(examples, codecs["source"], encode_target, batch.length if training else 0)
        encode_target.warn()
        return ExampleBatches(
            pieces,
            size=batch.size,
            tokens=batch.tokens if training else _budget(settings),
            seed=settings.seed,
            shuffle=training,
            sequences=("source", "target"),
            weighted="target",
            redraw=pieces.shifted if training else None,
        )

    def forward(self, model: keras.Model, batch: TensorBatch, carry: Nest, training: bool) -> tuple[Sums, Nest]:
        """Loss and metrics of the targets (see `Topology.forward` and `zoo.topology.targets`)."""
        from keras import ops

        from zoo.layers import Draws
        from zoo.ops.masking import weighted_sum

        with Draws() as draws:
            outputs = model(batch["source"], mask=ops.cast(batch["source_mask"], "bool"), training=training)
        outputs = ops.cast(outputs, "float32")  # [B, S, classes]
        losses, weights, others = target_losses(
            outputs, batch["target"], batch["weights"], training, self.number_loss
        )  # [B, S], [B, S]
        loss, weight = weighted_sum(losses, weights), ops.sum(weights)
        sums: Sums = {"loss": (loss, weight), **others}
        if draws:
            sums["objective"] = (loss + draws.loss(losses, weights), weight)
        return sums, carry

    def inputs(self, examples: Examples, count: int) -> list[RawValue]:
        """Sources of the first examples."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> list[Answer]:
        """The likeliest label of every frame, of sequences as a whole (see `Topology.answer`)."""
        from zoo.data import padded_batches
        from zoo.data.batching.padded_batches import within_budget

        def label(values: Tensor, mask: Tensor) -> Tensor:
            return activated(inference.model(values, mask=mask, training=False), inference.codecs["target"])

        function = inference.function("predict", label)
        for number, value in enumerate(inputs):
            if not len(value):
                raise ZooError(f"input {number + 1} has no frame")
        answers: list[Answer] = [Answer(None)] * len(inputs)
        for group in within_budget([len(value) for value in inputs], _budget(settings)):
            # Only one batch of encoded sequences is in memory at a time.
            sequences = [_encoded(inference.codecs["source"], inputs[place], place) for place in group]
            for batch in padded_batches(sequences, len(group)):
                logarithms = np.asarray(function(batch.values, batch.mask))  # [B, S, classes]
                for row, place in enumerate(batch.places.tolist()):
                    own = logarithms[row, : len(sequences[place])]  # [S, classes]
                    finite(own, inference)
                    unknown = unknown_in(inference.codecs["source"], inputs[group[place]])
                    answers[group[place]] = _answer(inference.codecs["target"], own, unknown)
        return answers

    def stream_answers(self, inference: Inference, frames: Iterable[RawValue]) -> Iterator[Answer]:
        """Label frames as they come, the state carried from each to the next (see `Topology.stream_answers`)."""
        stepper, codecs = inference.stepper, inference.codecs
        if not hasattr(stepper, "start"):
            raise ZooError(f"this model cannot label a stream: {inference.name} does not step")
        states = stepper.start(1)
        step = inference.function("step", stepper.step)
        history = getattr(codecs["source"], "history", 0)

        def answers(states: Nest) -> Iterator[Answer]:
            kept: deque[RawValue] = deque(maxlen=history + 1)
            for frame in frames:
                kept.append(frame)
                encoded = codecs["source"].encode(list(kept))[-1:]  # [1, ...]
                logits, states = step(encoded, states)
                outputs = to_numpy(logits).astype(np.float32)
                values = finite(activated_array(outputs, codecs["target"]), inference)[0]  # [classes]
                yield target_answer(codecs["target"], values, {})

        return answers(states)

    def judge(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
        """Frame accuracy, macro F1, segmental edit score and F1@{10, 25, 50} (see `zoo.metrics`)."""
        from zoo.metrics import confusion_table, frame_metrics

        predicted = [answer.value for answer in answers]
        if isinstance(predicted[0][0], float):
            return judge_numbers(examples, answers)
        if isinstance(predicted[0][0], list):
            frames = [labels for example in examples for labels in example["target"]]
            judged = judge_label_sets(frames, [Answer(labels) for answer in answers for labels in answer.value])
            return replace(judged, worst=())
        known = answers[0].details.get("probabilities", {})
        truth = [as_answered(list(example["target"]), known) for example in examples]
        shares = [
            sum(one == other for one, other in zip(labels, guess, strict=True)) / len(labels)
            for labels, guess in zip(truth, predicted, strict=True)
        ]
        flat_truth = [label for labels in truth for label in labels]
        flat_predicted = [label for labels in predicted for label in labels]
        return Judgement(
            metrics=frame_metrics(truth, predicted),
            notes=(
                _constant(truth, flat_truth),
                confusion_table(flat_truth, flat_predicted),
                *unseen_note(flat_truth, known),
            ),
            worst=tuple(sorted((place for place, share in enumerate(shares) if share < 1), key=lambda p: shares[p])),
        )

    def example_sums(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
        """Accuracy of frames, or errors of numbers, by recordings (see `Topology.example_sums`)."""
        from zoo.topology.example_sums import frame_sums, number_sums

        if isinstance(answers[0].value[0], float):
            return number_sums(examples, answers)
        if isinstance(answers[0].value[0], list):
            return {}
        known = answers[0].details.get("probabilities", {})
        return frame_sums([as_answered(list(example["target"]), known) for example in examples], answers)

    def show(self, value: RawValue, width: int = 72) -> str:
        """Labels as runs, each with its number of frames; frames as their number."""
        if isinstance(value, list) and value and isinstance(value[0], (float, list)):
            return super().show(value, width)
        if not isinstance(value, list) or not all(isinstance(label, (str, int)) for label in value):
            return f"{len(value)} frames"
        text = runs(value)
        return text if len(text) <= width else text[: width - 3] + "..."

    def show_beside(self, source: RawValue, target: RawValue, answer: RawValue) -> tuple[str, str, str]:
        """Timelines of truth and answer under each other, and what their letters mean."""
        if not isinstance(answer[0], (str, int)):
            return self.show(source), super().show(target), super().show(answer)
        (truth, guess), legend = timelines([target, answer])
        return f"{self.show(source)}: {legend}", truth, guess


def _budget(settings: Settings) -> int:
    """Positions of a batch that is evaluated, whose sequences are whole."""
    return settings.batch.tokens or settings.batch.size * settings.batch.length


def _encoded(codec: Codec, value: RawValue, place: int) -> np.ndarray:
    """Encode an input; an error names it by its number."""
    try:
        return codec.encode(value)
    except ZooError as error:
        raise ZooError(f"input {place + 1}: {error}") from error


def _answer(codec: Codec, logarithms: np.ndarray, unknown: list[str]) -> Answer:
    """The answer for one sequence, `[S, classes]` as `activated` gave them."""
    from zoo.metrics.frames import segments

    extra: dict[str, RawValue] = {"unknown": unknown} if unknown else {}
    if isinstance(codec, NumberCodec):
        return Answer(codec.decode(logarithms[:, 0]), None, extra)
    if isinstance(codec, LabelsCodec):
        shares = np.exp(logarithms)  # [S, classes]
        named = dict(zip(codec.labels, shares.T, strict=True))
        return Answer(codec.decode(shares), None, {"probabilities": named, **extra})

    labels = codec.decode(logarithms.argmax(-1))
    details: dict[str, RawValue] = {
        "segments": [segment._asdict() for segment in segments(labels)],
        "probabilities": _named(codec, np.exp(logarithms).T),
    }
    details |= extra
    return Answer(labels, float(logarithms.max(-1).sum()), details)


def _named(codec: Codec, values: np.ndarray) -> dict[RawValue, np.ndarray]:
    """The rows of an array, by the names of their classes."""
    return {codec.decode(number): value for number, value in enumerate(values)}


def _constant(truths: Sequence[Sequence[RawValue]], labels: Sequence[RawValue]) -> str:
    """Return the score of always predicting the most frequent label."""
    from zoo.metrics import frame_metrics

    most = Counter(labels).most_common(1)[0][0]
    scores = frame_metrics(truths, [[most] * len(truth) for truth in truths])
    shown = ", ".join(f"{name} {value:.4f}" for name, value in scores.items())
    return f"Always {str(most)!r}, the most frequent label here, would give {shown}"
