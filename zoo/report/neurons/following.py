"""Which units follow what: correlations of activations with features of the text, beside chance and no training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.report.neurons.features import FEATURES

SHIFTS = 20
"""Shifted copies of the features that say what chance gives."""
FEWEST = 200
"""Tokens below which a correlation means nothing."""


@dataclass(frozen=True)
class Following:
    """How well units follow one feature of the text.

    Attributes:
        feature: its name.
        units: (layer, unit, correlation), the strongest first.
        untrained: the strongest correlation in the same network before training; None if it is not known.
        chance: what the strongest unit reaches with the feature shifted along the text, at most in 19 of 20 cases.
    """

    feature: str
    units: Sequence[tuple[int, int, float]]
    untrained: float | None
    chance: float


def follow(
    units: Sequence[np.ndarray], features: np.ndarray, untrained: Sequence[np.ndarray] | None = None, most: int = 5
) -> list[Following]:
    """Rank units by how they follow each feature.

    Args:
        units: activations of each layer, `[B, T, U]`.
        features: `[B, T, F]`, in the order of `FEATURES`.
        untrained: as `units`, of the network before its training.
        most: how many units to name.

    Returns:
        The features that occur, those that are followed best first.
    """
    places = [(layer, unit) for layer, values in enumerate(units) for unit in range(values.shape[-1])]
    found = correlations(units, features)  # [units, F]
    first = None if untrained is None else np.abs(correlations(untrained, features)).max(axis=0, initial=0)  # [F]
    chance = _chance(units, features)
    flat = features.reshape(-1, features.shape[-1])
    rows = []
    for number, name in enumerate(FEATURES):
        if flat[:, number].std() < 1e-6:
            continue
        order = np.argsort(-np.abs(found[:, number]))[:most]
        best = [(*places[place], float(found[place, number])) for place in order]
        rows.append(Following(name, best, None if first is None else float(first[number]), float(chance[number])))
    return sorted(rows, key=lambda row: -abs(row.units[0][2]))


def correlations(units: Sequence[np.ndarray], features: np.ndarray) -> np.ndarray:
    """Correlate every unit with every feature (Pearson); 0 where one of them is constant.

    Args:
        units: activations of each layer, `[B, T, U]`.
        features: `[B, T, F]`.

    Returns:
        `[units of all layers, F]`.
    """
    one = _standard(np.concatenate([values.reshape(-1, values.shape[-1]) for values in units], axis=1))  # [N, units]
    other = _standard(features.reshape(-1, features.shape[-1]))  # [N, F]
    return np.asarray(one.T @ other / len(one))


def _chance(units: Sequence[np.ndarray], features: np.ndarray) -> np.ndarray:
    """Shift the features along each text, and take the strongest correlation of all units: `[F]`.

    A shifted feature is as smooth as before, but no longer belongs to the text.
    """
    draw = np.random.default_rng(0)
    length = features.shape[1]
    shifted = []
    for _ in range(SHIFTS):
        offsets = draw.integers(length // 5, max(length // 5 + 1, length - length // 5), len(features))
        shifted.append(np.stack([np.roll(row, offset, axis=0) for row, offset in zip(features, offsets, strict=True)]))
    both = np.concatenate(shifted, axis=-1)  # [B, T, SHIFTS F]
    strongest = np.abs(correlations(units, both)).max(axis=0, initial=0).reshape(SHIFTS, -1)  # [SHIFTS, F]
    return np.asarray(np.quantile(strongest, 0.95, axis=0))


def _standard(values: np.ndarray) -> np.ndarray:
    """Bring columns to mean 0 and deviation 1; constant ones to 0: `[N, C]`."""
    values = values.astype(np.float32)
    deviation = values.std(axis=0)
    return np.where(deviation > 1e-6, (values - values.mean(axis=0)) / np.maximum(deviation, 1e-6), 0.0)
