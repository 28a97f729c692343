"""Forecasting: what came before in, quantiles of the next steps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import zoo
from zoo.data import EncodedExamples, ExampleBatches, padded_batches
from zoo.topology import Answer, Inference, Judgement, Topology
from zoo_series.forecast_metrics import forecast_metrics, naive, seasonal
from zoo_series.showing import shown_numbers

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Batches
    from zoo.layers import Tensor


class Forecasting(Topology):
    """The next K steps of a series.

    A batch has `source` float32 [B, S, D] with `source_mask`, and `target` float32 [B, K, D]. The model is called as
    `model(source, mask=source_mask, training=...)` and returns [B, K, D, Q]. An answer is the median, a list of K
    numbers, or of K lists of D numbers; its details have the `quantiles`.

    Args:
        quantiles: Q numbers between 0 and 1 in ascending order, the median among them.
        season: steps after which a series repeats, to compare with; 0: unknown.
    """

    name = "forecasting"
    judges = True

    def __init__(self, quantiles: Sequence[float] = (0.1, 0.5, 0.9), season: int = 0) -> None:
        self.quantiles, self.season = tuple(quantiles), season

    def batches(
        self,
        examples,
        codecs: Mapping[str, Codec],
        settings: zoo.Settings,
        *,
        folder: Path,
        split: str,
    ) -> Batches:
        """Scale windows, and group them by length."""
        del folder

        def encode(example: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
            return {
                "source": codecs["source"].encode(example["source"])[-settings.batch.length :],
                "target": codecs["target"].encode(example["target"]),
            }

        return ExampleBatches(
            EncodedExamples(examples, encode),
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=split == "train",
            sequences=("source",),
        )

    def forward(
        self, model: keras.Model, batch: Mapping[str, Tensor], carry: None, training: bool
    ) -> tuple[dict[str, tuple[Tensor, Tensor]], None]:
        """The quantile loss of the scaled steps, and the absolute error of the median."""
        from keras import ops

        mask = ops.cast(batch["source_mask"], "bool")
        forecasts = model(batch["source"], mask=mask, training=training)  # [B, K, D, Q]
        weights = batch["weights"]  # [B]
        forecasts = ops.where(weights[:, None, None, None] > 0, ops.cast(forecasts, "float32"), 0.0)
        error = batch["target"][..., None] - forecasts
        levels = ops.convert_to_tensor(self.quantiles, dtype="float32")
        losses = 2 * ops.mean(ops.maximum(levels * error, (levels - 1) * error), axis=(1, 2, 3))  # [B]
        middle = ops.mean(ops.abs(error[..., self.quantiles.index(0.5)]), axis=(1, 2))  # [B]
        total = ops.sum(weights)
        return {"loss": (ops.sum(losses * weights), total), "scaled_mae": (ops.sum(middle * weights), total)}, carry

    def inputs(self, examples, count: int) -> list[np.ndarray]:
        """What came before the first windows."""
        return [example["source"] for example in islice(iter(examples), count)]

    def answer(self, inference: Inference, inputs: Sequence[np.ndarray], settings: zoo.Settings) -> list[Answer]:
        """Forecast the steps that follow each series."""

        def forecast(values: Tensor, mask: Tensor) -> Tensor:
            return inference.model(values, mask=mask, training=False)

        function, codec = inference.function("forecast", forecast), inference.codecs["source"]
        sequences = []
        for number, value in enumerate(inputs, 1):
            if not len(value):
                raise zoo.ZooError(f"input {number} is empty")
            sequences.append(codec.encode(value)[-settings.batch.length :])
        answers = [Answer(None)] * len(inputs)
        for batch in padded_batches(sequences, settings.batch.size):
            scaled = np.asarray(function(batch.values, batch.mask))  # [B, K, D, Q]
            if not np.isfinite(scaled[: len(batch.places)]).all():
                raise zoo.ZooError("the model forecasts numbers that are not finite; train it again")
            for row, place in enumerate(batch.places.tolist()):
                ordered = np.sort(scaled[row], axis=-1)  # separate outputs may cross
                steps = [codec.decode(ordered[..., level]) for level in range(len(self.quantiles))]  # Q of [K, D]
                named = {f"{level:g}": _plain(one) for level, one in zip(self.quantiles, steps, strict=True)}
                answers[place] = Answer(named["0.5"], None, {"quantiles": named})
        return answers

    def judge(self, examples: Sequence[Mapping[str, np.ndarray]], answers: Sequence[Answer]) -> Judgement:
        """Errors in the series' own unit, beside those of repeating the last step, and the last season."""
        truth = np.stack([np.asarray(example["target"], np.float64) for example in examples])  # [N, K, D]
        levels = [
            [np.asarray(answer.details["quantiles"][f"{level:g}"], np.float64) for level in self.quantiles]
            for answer in answers
        ]
        forecasts = np.stack([np.stack(one, axis=-1) for one in levels]).reshape(*truth.shape, -1)  # [N, K, D, Q]
        last = np.stack([np.asarray(example["source"])[-1] for example in examples])  # [N, D]
        metrics = forecast_metrics(truth, forecasts, self.quantiles, last)
        errors = np.abs(forecasts[..., self.quantiles.index(0.5)] - truth).mean(axis=(1, 2))  # [N]
        return Judgement(metrics, self._baselines(examples, truth), tuple(np.argsort(-errors).tolist()))

    def _baselines(self, examples: Sequence[Mapping[str, np.ndarray]], truth: np.ndarray) -> tuple[str, ...]:
        steps = truth.shape[1]
        simple = np.stack([naive(np.asarray(example["source"]), steps) for example in examples])
        notes = [f"The last step repeated would give mae {np.abs(simple - truth).mean():.4f}"]
        repeated = [seasonal(np.asarray(example["source"]), steps, self.season) for example in examples]
        known = [place for place, one in enumerate(repeated) if one is not None]
        if known:
            error = np.mean([np.abs(repeated[place] - truth[place]).mean() for place in known])
            notes.append(f"The last season of {self.season} steps repeated would give mae {error:.4f}")
        return tuple(notes)

    def show(self, value: np.ndarray | Sequence[float], width: int = 72) -> str:
        """The first numbers of a series or of a forecast."""
        del width
        return shown_numbers(value)


def _plain(steps: np.ndarray) -> list[float] | list[list[float]]:
    """[K, D] as lists; of one feature as numbers."""
    found: list[float] | list[list[float]] = (steps[:, 0] if steps.shape[1] == 1 else steps).tolist()
    return found
