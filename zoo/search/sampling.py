"""Sampling from the softmax at a temperature; greedy at temperature 0."""

from __future__ import annotations

from typing import Any

from keras import ops

from zoo.search.noise import gumbel


def sample(logits: Any, temperature: Any, seeds: Any, positions: Any) -> Any:
    """Draw one token a row.

    Args:
        logits: `[B, V]`.
        temperature: scalar; logits are divided by it, and 0 takes the likeliest token.
        seeds: int `[B]`.
        positions: int `[B]`, how many tokens each row has generated.

    Returns:
        int32 `[B]`.
    """
    logits = ops.cast(logits, "float32")
    noise = gumbel(seeds, positions, logits.shape[-1])  # [B, V]
    warm = ops.argmax(logits / ops.maximum(temperature, 1e-6) + noise, axis=-1)  # [B]
    greedy = ops.argmax(logits, axis=-1)  # [B]
    return ops.cast(ops.where(ops.greater(temperature, 0.0), warm, greedy), "int32")
