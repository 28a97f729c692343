"""Assembles the answers of a search from the records of its loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hypothesis:
    """One text that a search found.

    Attributes:
        tokens: int32 `[n]`, without prime and end token.
        score: for ranking, the larger the better; the log-probability if there are no penalties.
        log_probability: the sum over its tokens, the end token's included; the model's own, unless a bias or a
            repetition penalty changed what the model expects.
        ended: whether the model ended it; else it was cut at its greatest length, or had nowhere to go.
    """

    tokens: np.ndarray
    score: float
    log_probability: float
    ended: bool


def paths(tokens: np.ndarray, parents: np.ndarray | None) -> np.ndarray:
    """Follow each hypothesis back to where it began.

    Args:
        tokens: int `[T, B, W]`, chosen at each step.
        parents: int `[T, B, W]`, the hypothesis that each continues; None: its own.

    Returns:
        int `[B, W, T]`, the tokens of each hypothesis.
    """
    if parents is None:
        return tokens.transpose(1, 2, 0)
    found = np.empty_like(tokens)
    rows = np.arange(tokens.shape[1])[:, None]  # [B, 1]
    place = np.broadcast_to(np.arange(tokens.shape[2]), tokens.shape[1:])  # [B, W]
    for time in range(len(tokens) - 1, -1, -1):
        found[time] = tokens[time][rows, place]
        place = parents[time][rows, place]
    return found.transpose(1, 2, 0)


def answers(
    written: Sequence[np.ndarray], scores: np.ndarray, totals: np.ndarray, end: int | None, count: int
) -> list[Hypothesis]:
    """Choose the best hypotheses of a text.

    Args:
        written: the tokens of each hypothesis, the end token among them.
        scores: `[W]`, -inf for incomplete texts.
        totals: `[W]`, log-probabilities.
        end: the end token, or None.
        count: how many at most.

    Returns:
        Different texts, the best first.
    """
    found: dict[bytes, Hypothesis] = {}
    for place in np.argsort(-scores, kind="stable"):
        if scores[place] == -np.inf or len(found) == count:
            break
        tokens = written[place]
        ended = bool(len(tokens)) and tokens[-1] == end
        text = tokens.tobytes()
        if text not in found:
            found[text] = Hypothesis(
                tokens[:-1] if ended else tokens, float(scores[place]), float(totals[place]), bool(ended)
            )
    return list(found.values())
