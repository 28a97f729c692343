"""A conditional random field over a sequence of labels (Lafferty et al. 2001; Lample et al. 2016, arXiv:1603.01360)."""

from __future__ import annotations

import numpy as np
from keras import ops

from zoo.layers import Tensor


def negative_log_likelihood(scores: Tensor, target: Tensor, weights: Tensor, transitions: Tensor) -> Tensor:
    """Compute the loss of whole sequences.

    Args:
        scores: float32 [B, S, C], of each label at each word.
        target: int [B, S], the right labels.
        weights: [B, S], 1 at words and 0 at padding, which is at the end.
        transitions: [C, C], score of a label (second axis) after another (first axis).

    Returns:
        [B]: minus the log-probability of the right sequence among all sequences.
    """
    scores, transitions = ops.convert_to_tensor(scores), ops.convert_to_tensor(transitions)
    classes = scores.shape[-1]
    present = ops.cast(weights > 0, "float32")  # [B, S]
    chosen = ops.one_hot(target, classes)  # [B, S, C]
    own = ops.sum(ops.sum(scores * chosen, axis=-1) * present, axis=-1)  # [B]
    steps = ops.einsum("bsi,ij,bsj->bs", chosen[:, :-1], transitions, chosen[:, 1:])  # [B, S - 1]
    own = own + ops.sum(steps * present[:, 1:], axis=-1)

    def step(place: Tensor, total: Tensor) -> Tensor:
        score, here = ops.take(scores, place, axis=1), ops.take(present, place, axis=1)  # [B, C], [B]
        following = ops.logsumexp(total[:, :, None] + transitions[None], axis=1) + score  # [B, C]
        return ops.where(here[:, None] > 0, following, total)

    total = ops.fori_loop(1, ops.shape(scores)[1], step, scores[:, 0])  # [B, C]
    return ops.logsumexp(total, axis=-1) - own


def viterbi(scores: np.ndarray, transitions: np.ndarray) -> tuple[np.ndarray, float]:
    """Find the best sequence of labels exactly.

    Args:
        scores: [S, C].
        transitions: [C, C], score of a label (second axis) after another (first axis).

    Returns:
        int [S], and its score.
    """
    best = scores[0].astype(np.float64)  # [C]
    back = np.zeros(scores.shape, np.int64)
    for place in range(1, len(scores)):
        options = best[:, None] + transitions  # [C, C]
        back[place] = options.argmax(axis=0)
        best = options.max(axis=0) + scores[place]
    path = [int(best.argmax())]
    for place in range(len(scores) - 1, 0, -1):
        path.append(int(back[place, path[-1]]))
    return np.array(path[::-1]), float(best.max())
