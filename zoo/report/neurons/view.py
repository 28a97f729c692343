"""The page's view of neurons: a text coloured by units, what they follow, surprise, likeliest next characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from zoo.report.figures import figures, line_chart
from zoo.report.neurons.activations import Activations, Gates, read
from zoo.report.neurons.features import token_features
from zoo.report.neurons.following import FEWEST, Following, follow
from zoo.report.neurons.passages import Passages
from zoo.report.rendering import render

if TYPE_CHECKING:
    from zoo.topology import Inference

WARM_UP = 50
"""First tokens of each passage that do not count, as the state has only begun to fill."""
MOST_ACTIVATIONS = 1_200_000
"""Activations in a page, a byte each."""
NEXT = 5
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SATURATED = 0.1
"""A gate below it is closed, and one above 1 less it is open (arXiv:1506.02078)."""


def neurons(
    inference: Inference, passages: Passages, seen: Activations, untrained: Sequence[np.ndarray] | None = None
) -> Markup:
    """Show what units do in held-out passages; the first passage is shown whole.

    Args:
        inference: a language model that can be looked into.
        passages: that were read.
        seen: what the network computed meanwhile.
        untrained: weights of the same network before training, to compare with; may be None.
    """
    features = np.stack([token_features(row) for row in passages.texts])  # [B, T, F]
    before = _read_with(inference, passages.tokens, untrained) if untrained is not None else None
    first = WARM_UP if passages.tokens.shape[1] > 4 * WARM_UP else 0
    rows: list[Following] = []
    if passages.tokens[:, first:].size >= FEWEST:
        cut = None if before is None else [values[:, first:] for values in before]
        rows = follow([values[:, first:] for values in seen.units], features[:, first:], cut)
    data = _data(inference, passages, seen, rows)
    return render("neurons.html", data=data, rows=rows, layers=len(seen.units), tokens=passages.tokens[:, first:].size)


def saturation(gates: Sequence[Gates]) -> Markup | None:
    """Show how often the gates of each unit are open or closed, as in arXiv:1506.02078; None without known gates.

    Args:
        gates: of each layer, name -> `[B, T, U]`.
    """
    drawn = []
    for layer, opened in enumerate(gates):
        for name, values in opened.items():
            open_share = (values > 1 - SATURATED).mean(axis=(0, 1))  # [U]
            closed_share = (values < SATURATED).mean(axis=(0, 1))  # [U]
            points = [(float(one), float(other)) for one, other in zip(open_share, closed_share, strict=True)]
            chart = line_chart(
                [("", points[:1000])], "share of time open", "closed", x_range=(0, 1), y_range=(0, 1), dots=True
            )
            drawn.append((chart, f"layer {layer + 1}, {name} gate"))
    return figures(drawn, 230) if drawn else None


def _read_with(inference: Inference, tokens: np.ndarray, weights: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    """Read with other weights, then put the model's own back."""
    model = inference.model
    own = model.get_weights()
    model.set_weights(weights)
    try:
        return read(inference, tokens).units
    finally:
        model.set_weights(own)


def _largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the largest values of each row, the largest first: `[T, count]`."""
    count = min(count, values.shape[-1])
    places = np.argpartition(values, -count, axis=-1)[:, -count:]  # without sorting a large vocabulary
    order = np.argsort(-np.take_along_axis(values, places, -1), axis=-1, kind="stable")
    return np.take_along_axis(places, order, -1)


def _data(inference: Inference, passages: Passages, seen: Activations, rows: Sequence[Following]) -> dict[str, object]:
    """Collect what the script of the page needs, each activation as one letter of 64 steps."""
    texts = passages.texts[0]
    per_unit = max(1, MOST_ACTIVATIONS // max(1, len(texts)))
    named = list(dict.fromkeys((layer, unit) for row in rows for layer, unit, _ in row.units))
    every = [(layer, unit) for layer, values in enumerate(seen.units) for unit in range(values.shape[-1])]
    kept = sorted((named + [place for place in every if place not in set(named)])[:per_unit])
    letters = np.frombuffer(_LETTERS.encode(), np.uint8)
    coded = []
    for layer, unit in kept:
        values = np.clip(seen.units[layer][0, :, unit], -1, 1)  # [T]
        coded.append(letters[np.round((values + 1) * 31.5).astype(int)].tobytes().decode())
    probabilities = np.exp(seen.logits - seen.logits.max(axis=-1, keepdims=True))
    probabilities /= probabilities.sum(axis=-1, keepdims=True)  # [T, V]
    likeliest = _largest(probabilities, NEXT)  # [T, NEXT]
    own = probabilities[np.arange(len(texts) - 1), passages.tokens[0, 1:]]
    codec = inference.codecs["target"]
    names = {int(token): codec.decode([int(token)]) for token in np.unique(likeliest)}
    return {
        "texts": texts,
        "units": [[layer, unit] for layer, unit in kept],
        "activations": coded,
        "surprise": [None, *np.round(-np.log2(np.maximum(own, 1e-12)), 2).tolist()],
        "next": likeliest.tolist(),
        "chance": np.round(np.take_along_axis(probabilities, likeliest, -1), 3).tolist(),
        "names": names,
        "all": len(every),
    }
