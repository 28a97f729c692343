"""A model whose numbers are not finite says so, in place of an answer that means nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.backend.types import Tensor
    from zoo.topology.answer import Answer
    from zoo.topology.inference import Inference


def finite(logarithms: Tensor, inference: Inference) -> np.ndarray:
    """Check what a model predicts.

    Args:
        logarithms: of probabilities, of any shape.
        inference: that gave them.

    Returns:
        The same as an array.

    Raises:
        ZooError: one is NaN.
    """
    found = np.asarray(logarithms)
    if np.isnan(found).any():
        raise ZooError(f"the model predicts numbers that are not finite (NaN){_cause(inference)}")
    return found


def finite_scores(answers: list[Answer], inference: Inference) -> list[Answer]:
    """Check what any topology answers, a plugin's among them.

    Args:
        answers: to be handed on.
        inference: the model that gave them.

    Raises:
        ZooError: the score of one is NaN.
    """
    if any(isinstance(answer.score, float) and math.isnan(answer.score) for answer in answers):
        raise ZooError(f"the model predicts numbers that are not finite (NaN){_cause(inference)}")
    return answers


@contextmanager
def naming_the_cause(inference: Inference) -> Iterator[None]:
    """Add to an error of a search that numbers are not finite where they come from."""
    from zoo.search.limits import NotFiniteError

    try:
        yield
    except NotFiniteError as error:
        raise ZooError(f"{error}{_cause(inference)}") from error


def _cause(inference: Inference) -> str:
    if inference.has_finite_weights():
        return ", though its weights are; see whether the input holds numbers that are very large"
    return ": its weights are not, as after a training that diverged; train again, with a smaller train.learning_rate"
