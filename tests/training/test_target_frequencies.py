"""A model begins with what the frequencies of its targets tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from zoo.models import Decoder
from zoo.training.target_frequencies import count_targets, entropy, start_at_frequencies


class Fixed:
    """Batches that are given."""

    def __init__(self, *batches: dict[str, np.ndarray]) -> None:
        self._batches = batches

    def epoch(self, number: int, start: int = 0) -> Iterator[dict[str, np.ndarray]]:
        return iter(self._batches)


def batch(target: npt.ArrayLike, weights: npt.ArrayLike) -> dict[str, np.ndarray]:
    return {"target": np.array(target), "weights": np.array(weights, "float32")}


def test_targets_are_counted_without_padding():
    found = count_targets(Fixed(batch([[1, 1, 2], [3, 0, 0]], [[1, 1, 1], [1, 0, 0]]), batch([[1]], [[1]])))  # type: ignore[arg-type]
    assert found == {1: 3, 2: 1, 3: 1}
    assert entropy({5: 2, 6: 2}) == pytest.approx(np.log(2))
    assert count_targets(Fixed(batch([0.5], [1]))) == {} and entropy({}) == float("inf")  # type: ignore[arg-type]


@pytest.mark.parametrize("tied", [True, False])
def test_the_softmax_of_a_new_model_gives_the_frequencies(tied):
    model = Decoder(4, units=8, embedding=8, tied=tied)
    model.build()
    start_at_frequencies(model, {0: 70, 1: 20, 3: 10})
    probabilities = np.exp(np.asarray(model.output_bias))
    np.testing.assert_allclose(probabilities / probabilities.sum(), np.array([70.5, 20.5, 0.5, 10.5]) / 102, rtol=1e-4)


def test_a_model_of_other_targets_stays_as_it_is():
    model = Decoder(4, units=8, embedding=8)
    model.build()
    start_at_frequencies(model, {7: 1})
    assert not np.asarray(model.output_bias).any()
