"""The hypotheses of a search that can still grow: the model steps them alone, and its memory is gathered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zoo.search.step import Carry

if TYPE_CHECKING:
    from zoo.search.stepper import ChoosingStepper, Stepper

GATHERING = 8
"""The memory is gathered anew as soon as one in so many of its rows is of no use, because copying it costs time."""


class GrowingRows:
    """Steps hypotheses.

    Args:
        model: the stepper, on NumPy arrays.
        memory: a list of arrays with a row a text; None for a language model.
        width: W, the hypotheses of a text.
    """

    def __init__(self, model: Stepper, memory: list[np.ndarray] | None, width: int) -> None:
        self._model, self._memory, self._width = model, memory, width
        self._repeated: list[np.ndarray] | None = None
        self._gathered: list[np.ndarray] | None = None
        self._slots: np.ndarray | None = None  # [B], how many rows of each text were gathered

    @property
    def memory(self) -> list[np.ndarray] | None:
        """The memory with a row a hypothesis, for a step of all of them."""
        if self._memory is None or self._width == 1:
            return self._memory
        if self._repeated is None:
            self._repeated = [np.repeat(leaf, self._width, axis=0) for leaf in self._memory]
        return self._repeated

    def keep(self, texts: np.ndarray) -> None:
        """Go on with some of the texts.

        Args:
            texts: their places.
        """
        self._repeated = self._slots = None
        if self._memory is not None:
            self._memory = [leaf[texts] for leaf in self._memory]

    def choose(self, model: ChoosingStepper, count: int, carry: Carry) -> tuple[np.ndarray, np.ndarray, Carry]:
        """Make a step of the model in which it finds the likeliest tokens.

        Args:
            model: the stepper.
            count: k, how many.
            carry: of the search.

        Returns:
            Log-probabilities `[B W, k]`, -inf for hypotheses that cannot grow; tokens int32 `[B W, k]`; and the carry
            with the states after the step.
        """
        growing = ~carry.ended & (carry.total > -np.inf)  # [B, W]
        rows = self._gather(growing)
        tokens = carry.tokens.reshape(-1)
        if rows is None:
            scores, names, state = model.choose(count, tokens, carry.state, self._gathered)
            return scores, names.astype(np.int32), carry._replace(state=state)
        given = [leaf[rows] for leaf in carry.state]
        found, tokens, after = model.choose(count, tokens[rows], given, self._gathered)
        scores = np.full((growing.size, count), -np.inf, np.float32)
        names = np.zeros((growing.size, count), np.int32)
        scores[rows], names[rows] = found, tokens
        state = [leaf.copy() for leaf in carry.state]
        for leaf, new in zip(state, after, strict=True):
            leaf[rows] = new
        return scores, names, carry._replace(state=state)

    def _gather(self, growing: np.ndarray) -> np.ndarray | None:
        """Choose the rows to step, and gather the memory for them where that is needed.

        Args:
            growing: bool `[B, W]`.

        Returns:
            Their places int `[R]`, those of a text together; None for all of them.
        """
        texts, width = growing.shape
        count = growing.sum(axis=1)  # [B]
        slots = self._slots
        if slots is None or (count > slots).any() or count.sum() * GATHERING <= slots.sum() * (GATHERING - 1):
            self._slots = slots = np.maximum(count, 1) if not count.any() else count
            if self._memory is not None:
                whose = np.repeat(np.arange(texts), slots)
                self._gathered = self._memory if (slots == 1).all() else [leaf[whose] for leaf in self._memory]
        if (slots == width).all():
            return None
        order = np.argsort(~growing, axis=1, kind="stable")  # [B, W], those that can grow first
        places = np.arange(texts)[:, None] * width + order
        chosen: np.ndarray = places[np.arange(width) < slots[:, None]]
        return chosen
