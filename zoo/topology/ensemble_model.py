"""Several models as one, whose predictions are the means of theirs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs.labels import LabelsCodec
from zoo.codecs.number import NumberCodec

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Nest, Tensor
    from zoo.codecs import Codec

    Mean = Callable[[Sequence[Tensor]], Tensor]


class EnsembleModel:
    """Stands for several models of a topology where it predicts: the same inputs, one set of outputs.

    Models that write take each step together: each reads the token that was chosen, with a state of its own, and the
    next token is chosen by the mean of their probabilities.

    Args:
        models: with the same vocabulary.
        codec: of the targets, which decides what the mean of predictions is.
    """

    def __init__(self, models: Sequence[keras.Model], codec: Codec) -> None:
        self._models, self._mean = list(models), mean_of(codec)
        self.name = f"ensemble of {len(self._models)} models"

    @property
    def variables(self) -> list[keras.Variable]:
        """Those of all models."""
        return [variable for model in self._models for variable in model.variables]

    def get_weights(self) -> list[np.ndarray]:
        """Return the weights of all models."""
        return [weight for model in self._models for weight in model.get_weights()]

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of the image grid that the models attend to."""
        height, width = self._models[0].grid
        return height, width

    def __call__(self, *inputs: Tensor, states: Sequence[Nest] | None = None, **options: Tensor | bool) -> Nest:
        """Call all models; with `states`, one for each, return the new ones, too."""
        if states is not None:
            pairs = [model(*inputs, states=own, **options) for model, own in zip(self._models, states, strict=True)]
            return self._mean([logits for logits, _ in pairs]), [state for _, state in pairs]
        outputs = [model(*inputs, **options) for model in self._models]
        if not isinstance(outputs[0], dict):
            return self._mean(outputs)
        joined = {"logits": self._mean([each["logits"] for each in outputs])}
        weights = [each.get("alignments") for each in outputs]
        if all(each is not None and each.shape == weights[0].shape for each in weights):
            joined["alignments"] = sum(weights) / len(weights)
        return joined

    def encode(self, *inputs: Tensor) -> list[Nest]:
        """Return the memory of each model."""
        return [model.encode(*inputs) for model in self._models]

    def start(self, rows: int, memory: Sequence[Nest] | None = None) -> list[Nest]:
        """Return the state of each model before the first token (see `zoo.search.Stepper`)."""
        if memory is None:
            return [model.start(rows) for model in self._models]
        return [model.start(rows, memory=own) for model, own in zip(self._models, memory, strict=True)]

    def step(
        self, tokens: Tensor, state: Sequence[Nest], memory: Sequence[Nest] | None = None
    ) -> tuple[Tensor, list[Nest]]:
        """Let each model read a token (see `zoo.search.Stepper`)."""
        if memory is None:
            pairs = [model.step(tokens, own) for model, own in zip(self._models, state, strict=True)]
        else:
            triples = zip(self._models, state, memory, strict=True)
            pairs = [model.step(tokens, own, memory=seen) for model, own, seen in triples]
        return self._mean([logits for logits, _ in pairs]), [new for _, new in pairs]


def mean_of(codec: Codec) -> Mean:
    """Return what combines the outputs of models.

    Args:
        codec: of the targets: of numbers, whose mean is taken; of several labels at once; or of labels or tokens that
            exclude one another, the logarithm of whose mean probability is taken.
    """
    from keras import ops

    def numbers(outputs: Sequence[Tensor]) -> Tensor:
        return sum(outputs[1:], outputs[0]) / len(outputs)

    def labels(outputs: Sequence[Tensor]) -> Tensor:
        right = numbers([ops.sigmoid(ops.cast(each, "float32")) for each in outputs])
        right = ops.clip(right, 1e-7, 1 - 1e-7)
        return ops.log(right) - ops.log1p(-right)

    def tokens(outputs: Sequence[Tensor]) -> Tensor:
        logs = ops.stack([ops.log_softmax(ops.cast(each, "float32"), axis=-1) for each in outputs])  # [N, ..., V]
        return ops.logsumexp(logs, axis=0) - math.log(len(outputs))

    if isinstance(codec, NumberCodec):
        return numbers
    return labels if isinstance(codec, LabelsCodec) else tokens
