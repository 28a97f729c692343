"""The attention mechanisms in plain numpy: one example and one step at a time, slow and obvious."""

from __future__ import annotations

from typing import TypeAlias

import keras
import numpy as np

NAMES = ["additive", "dot", "general", "concat", "location", "multihead", "coverage", "monotonic", "hard"]


Weights: TypeAlias = dict[str, np.ndarray]
"""Of a layer, by the last part of their names."""


def softmax(scores: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Over the places that are there; zeros where none is."""
    alignment = np.zeros(len(scores))
    if mask.any():
        weights = np.exp(scores[mask] - scores[mask].max())
        alignment[mask] = weights / weights.sum()
    return alignment


def hidden(query: np.ndarray, memory: np.ndarray, w: Weights, more: np.ndarray | int = 0) -> np.ndarray:
    """What goes into the hyperbolic tangent of the additive mechanisms: [S, U]."""
    return query @ w["query_kernel"] + memory @ w["memory_kernel"] + more + w.get("bias", 0)


def additive(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    return softmax((np.tanh(hidden(query, memory, w)) @ w["score_kernel"])[:, 0], mask)


def dot(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    return softmax(memory @ query, mask)


def general(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    return softmax((memory @ w["memory_kernel"]) @ query, mask)


def concat(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    both = np.array([np.concatenate([query, place]) for place in memory])
    return softmax((np.tanh(both @ w["kernel"]) @ w["score_kernel"])[:, 0], mask)


def location(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    before = past[-1] if past else np.zeros(len(memory))
    width, places = len(w["filter_kernel"]), len(memory)
    left = (width - 1) // 2
    features = np.zeros((places, w["filter_kernel"].shape[2]))
    for place in range(places):
        for tap in range(width):
            if 0 <= place + tap - left < places:
                features[place] += before[place + tap - left] * w["filter_kernel"][tap, 0]
    return softmax((np.tanh(hidden(query, memory, w, features @ w["location_kernel"])) @ w["score_kernel"])[:, 0], mask)


def coverage(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    covered = sum(past, np.zeros(len(memory)))
    more = covered[:, None] * w["coverage_kernel"]
    return softmax((np.tanh(hidden(query, memory, w, more)) @ w["score_kernel"])[:, 0], mask)


def monotonic(
    query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray], hard: bool = False
) -> np.ndarray:
    """By its definition: the walk to place j starts at any place k before and passes those between."""
    vector = w["score_kernel"][:, 0]
    energies = np.tanh(hidden(query, memory, w)) @ (w["score_scale"] * vector / np.linalg.norm(vector))
    stops = 1 / (1 + np.exp(-(energies + w["score_offset"])))
    stops = (stops > 0.5) * mask if hard else stops * mask
    before = past[-1] if past else np.eye(len(memory))[0]
    alignment = np.zeros(len(memory))
    for end in range(len(memory)):
        for begin in range(end + 1):
            alignment[end] += before[begin] * np.prod(1 - stops[begin:end]) * stops[end]
    return alignment


def hard(query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, past: list[np.ndarray]) -> np.ndarray:
    """Outside training: the likeliest place."""
    soft = additive(query, memory, mask, w, past)
    return np.eye(len(memory))[soft.argmax()] * mask


def multihead(
    query: np.ndarray, memory: np.ndarray, mask: np.ndarray, w: Weights, heads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Gives the context as well, because it is not a sum of the memory."""
    size = w["query_kernel"].shape[1] // heads
    contexts, alignments = [], []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        keys, values = memory @ w["key_kernel"][:, part], memory @ w["value_kernel"][:, part]
        alignments.append(softmax(keys @ (query @ w["query_kernel"][:, part]) / np.sqrt(size), mask))
        contexts.append(alignments[-1] @ values)
    return np.concatenate(contexts) @ w["output_kernel"], np.mean(alignments, axis=0)


def run(
    name: str,
    layer: keras.layers.Layer,
    queries: np.ndarray,
    memory: np.ndarray,
    mask: np.ndarray | None = None,
    **arguments: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Contexts [B, T, D'] and alignments [B, T, S] of a layer's weights."""
    w = {weight.name: weight.numpy().astype("float64") for weight in layer.weights}
    contexts, alignments = [], []
    for row in range(len(queries)):
        present = np.ones(len(memory[row]), bool) if mask is None else np.asarray(mask[row], bool)
        past: list[np.ndarray] = []
        for query in queries[row].astype("float64"):
            values = memory[row].astype("float64")
            if name == "multihead":
                context, alignment = multihead(query, values, present, w, layer.heads)
            else:
                alignment = globals()[name](query, values, present, w, past, **arguments)
                context = alignment @ values
            past.append(alignment)
            contexts.append(context)
            alignments.append(alignment)
    shape = queries.shape[:2]
    return np.array(contexts).reshape(*shape, -1), np.array(alignments).reshape(*shape, -1)
