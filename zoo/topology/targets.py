"""The kinds of target: a label, several labels at once, a number; for one target a source, or one a frame.

A batch shows its kind: whole numbers are labels, floats of the shape of `weights` are numbers, and floats with one axis
more are zeros and ones, one for each label. An answer's kind is that of the codec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.backend.numpy_ops import log_softmax
from zoo.codecs.labels import LabelsCodec, label_set
from zoo.codecs.number import NumberCodec
from zoo.topology.answer import Answer, Judgement
from zoo.topology.types import Sums

if TYPE_CHECKING:
    from zoo.backend.types import Tensor
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue

NUMBER_LOSSES = ("mse", "mae", "huber")
THRESHOLDS = tuple(step / 20 for step in range(1, 20))


def target_losses(
    outputs: Tensor, target: Tensor, weights: Tensor, training: bool, number_loss: str = "mse"
) -> tuple[Tensor, Tensor, Sums]:
    """Compare a model's outputs with targets of any kind.

    Args:
        outputs: float32 [..., C]: logits of labels, or one number.
        target: int [...] for labels, float [...] for numbers, float [..., C] for several labels at once.
        weights: [...], 0 at padding.
        training: whether every label is known.
        number_loss: `mse`, `mae` or `huber`, of numbers.

    Returns:
        The loss of each target [...], its weight [...], and sums of other metrics.
    """
    import keras
    from keras import ops

    from zoo.ops.masking import weighted_sum, zero_masked

    target = ops.convert_to_tensor(target)
    if "int" in keras.backend.standardize_dtype(target.dtype):
        right = ops.cast(ops.equal(ops.argmax(outputs, axis=-1), target), "float32")
        sums: Sums = {"accuracy": (weighted_sum(right, weights), ops.sum(weights))}
        if not training:
            # A class unseen in training (-1) has no probability: it counts as wrong, without a loss.
            weights = weights * ops.cast(target >= 0, "float32")
            target = ops.maximum(target, 0)
        outputs = zero_masked(outputs, weights)
        return ops.sparse_categorical_crossentropy(target, outputs, from_logits=True), weights, sums
    outputs = zero_masked(outputs, weights)
    if len(target.shape) == len(weights.shape):
        error = ops.abs(outputs[..., 0] - target)  # [...]
        if number_loss == "mae":
            losses = error
        elif number_loss == "huber":
            losses = ops.where(error <= 1.0, 0.5 * ops.square(error), error - 0.5)
        else:
            losses = ops.square(error)
        return losses, weights, {}
    each = ops.relu(outputs) - outputs * target + ops.softplus(-ops.abs(outputs))  # [..., C]
    right = ops.all(ops.equal(outputs > 0, target > 0.5), axis=-1)  # [...]
    exact = (weighted_sum(ops.cast(right, "float32"), weights), ops.sum(weights))
    return ops.mean(each, axis=-1), weights, {"accuracy": exact}


def activated(outputs: Tensor, codec: Codec) -> Tensor:
    """Turn a model's outputs into what its answers are made of, float32 [..., C].

    Args:
        outputs: of the model.
        codec: of the targets.

    Returns:
        Scaled numbers; logarithms of the probabilities of several labels, each by itself; or of labels that exclude
        one another.
    """
    from keras import ops

    outputs = ops.cast(outputs, "float32")
    if isinstance(codec, NumberCodec):
        return outputs
    return ops.log_sigmoid(outputs) if isinstance(codec, LabelsCodec) else ops.log_softmax(outputs, axis=-1)


def activated_array(outputs: np.ndarray, codec: Codec) -> np.ndarray:
    """Do what `activated` does, to an array."""
    if isinstance(codec, NumberCodec):
        return outputs
    return -np.logaddexp(0.0, -outputs) if isinstance(codec, LabelsCodec) else log_softmax(outputs)


def target_answer(codec: Codec, values: np.ndarray, details: Mapping[str, RawValue]) -> Answer:
    """Answer with a number, with the labels that reach the threshold, or with the likeliest label.

    Args:
        codec: of the targets.
        values: of one target, as `activated` gave them, float [C].
        details: what else there is to know.
    """
    if isinstance(codec, NumberCodec):
        return Answer(codec.decode(values[0]), None, details)
    if isinstance(codec, LabelsCodec):
        shares = np.exp(values)
        named = {label: float(share) for label, share in zip(codec.labels, shares, strict=True)}
        return Answer(codec.decode(shares), None, {"probabilities": named, **details})
    probabilities = {codec.decode(index): float(np.exp(value)) for index, value in enumerate(values)}
    best = int(values.argmax())
    return Answer(codec.decode(best), float(values[best]), {"probabilities": probabilities, **details})


def judge_numbers(examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
    """Root mean square error, mean absolute error and R squared, beside those of the mean.

    Args:
        examples: whose targets are numbers, or sequences of them.
        answers: likewise.
    """
    from zoo.metrics import number_metrics

    truth = [_floats(example["target"]) for example in examples]
    predicted = [_floats(answer.value) for answer in answers]
    flat = np.concatenate(truth).tolist()
    mean = sum(flat) / len(flat)
    constant = number_metrics(flat, [mean] * len(flat))
    errors = [float(np.abs(a - b).mean()) for a, b in zip(truth, predicted, strict=True)]
    shown = ", ".join(f"{name} {constant[name]:.4f}" for name in ("rmse", "mae"))
    return Judgement(
        metrics=number_metrics(flat, np.concatenate(predicted).tolist()),
        notes=(f"Always {mean:g}, the mean here, would give {shown}",),
        worst=tuple(sorted(range(len(errors)), key=lambda place: -errors[place])),
    )


def judge_label_sets(truth: Sequence[RawValue], answers: Sequence[Answer]) -> Judgement:
    """F1 of several labels at once, and the threshold that would give the best.

    Args:
        truth: a set of labels for each answer.
        answers: lists of labels, with `probabilities` in their details.
    """
    from zoo.metrics import label_set_metrics

    true, predicted = [label_set(one) for one in truth], [answer.value for answer in answers]
    wrong = [len(one ^ set(other)) for one, other in zip(true, predicted, strict=True)]
    notes: tuple[str, ...] = ()
    if all("probabilities" in answer.details for answer in answers):
        shares = [answer.details["probabilities"] for answer in answers]

        def f1(threshold: float) -> float:
            chosen = [[label for label, share in row.items() if share >= threshold] for row in shares]
            return label_set_metrics(true, chosen)["micro_f1"]

        best = max(THRESHOLDS, key=f1)
        notes = (f"data.threshold={best:g} would give micro_f1 {f1(best):.4f} here",)
    return Judgement(
        metrics=label_set_metrics(true, predicted),
        notes=notes,
        worst=tuple(sorted((place for place, count in enumerate(wrong) if count), key=lambda place: -wrong[place])),
    )


def _floats(value: RawValue) -> np.ndarray:
    return np.atleast_1d(np.asarray(value, np.float64))
