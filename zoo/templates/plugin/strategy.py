"""Mytask: texts that begin by chance and go on with the likeliest tokens."""

from __future__ import annotations

from dataclasses import dataclass

import zoo
from keras import KerasTensor, ops
from zoo.search import Greedy, Sample, StepContext, Strategy

ZOO_API = 1
DRAWN = 5  # tokens at the beginning of a text


@dataclass(frozen=True)
class MytaskStrategy(Strategy):
    """Draws the first tokens of a text, and then always takes the likeliest.

    Args:
        temperature: of the draws. A field with the name of a setting gets its value: this is `search.temperature`.
    """

    temperature: float = 1.0

    def choose(self, context: StepContext) -> tuple[KerasTensor, None]:
        """Choose the next token of every text; it is compiled, so it is written in `keras.ops`.

        Args:
            context: log-probabilities `scores` [B, 1, V] of the next token, `position` [B] in the text, and more.

        Returns:
            The tokens [B, 1], and None: each goes on from its own text.
        """
        drawn, _ = Sample(self.temperature).bind({"temperature": self.temperature}).choose(context)
        likeliest, _ = Greedy().choose(context)
        beginning = ops.expand_dims(context.position < DRAWN, 1)  # [B, 1]
        return ops.where(beginning, drawn, likeliest), None


@zoo.hookimpl
def zoo_strategies() -> dict[str, type[Strategy]]:
    """Register the strategy: `search.strategy=mytask` of any task that writes text."""
    return {"mytask": MytaskStrategy}
