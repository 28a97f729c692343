"""What a strategy is: it chooses the next token of every hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

from keras import ops

from zoo.search.options import Options


class StepContext(NamedTuple):
    """What a strategy sees before it chooses: B texts, W hypotheses of each, V tokens.

    Attributes:
        scores: `[B, W, V]`, log-probabilities of the next token; -inf where it is forbidden.
        total: `[B, W]`, log-probability of each hypothesis so far; -inf where there is none yet.
        ended: bool `[B, W]`, whether it is complete.
        position: int `[B]`, how many tokens the text has; those of a prime do not count.
        seeds: int `[B]`.
    """

    scores: Any
    total: Any
    ended: Any
    position: Any
    seeds: Any


class BeamState(NamedTuple):
    """What a strategy sees when it is asked how good the hypotheses are.

    Attributes:
        total: `[B, W]`, log-probability of each hypothesis.
        length: int `[B, W]`, its tokens, the end token among them.
        ended: bool `[B, W]`, whether it is complete.
        limit: int `[B]`, the greatest length.
        own: the strategy's own state.
        mask: bool `[B, S]`, which positions of the memory there are; None where nobody said.
    """

    total: Any
    length: Any
    ended: Any
    limit: Any
    own: Any
    mask: Any


@dataclass(frozen=True)
class Strategy(Options):
    """Chooses the next token of every hypothesis. Called inside the compiled loop, in `keras.ops`.

    A subclass is a frozen dataclass; its fields that are named like settings of `search` are filled from them.
    It writes `choose`, and whatever else it does in another way.
    """

    @classmethod
    def from_settings(cls, search: Any) -> Self:
        """Make one of the settings of the part `search`."""
        return cls(**{field.name: getattr(search, field.name) for field in fields(cls) if hasattr(search, field.name)})

    @property
    def width(self) -> int:
        """W, how many hypotheses of a text there are at a time."""
        return 1

    @property
    def best(self) -> int:
        """How many of them are answers."""
        return 1

    def start(self, model: Any, state: Any) -> Any:
        """Give the strategy's own state: any nesting of tensors with B W rows; most have none.

        Args:
            model: the stepper.
            state: its state before the first token.
        """
        del model, state
        return []

    def observe(self, own: Any, model: Any, state: Any, ended: Any) -> Any:
        """Give the strategy's own state after a step of the model.

        Args:
            own: the strategy's own state.
            model: the stepper.
            state: its state after the step.
            ended: bool `[B W]`, for which hypotheses the step meant nothing.
        """
        del model, state, ended
        return own

    def choose(self, context: StepContext) -> tuple[Any, Any]:
        """Choose.

        Args:
            context: see there.

        Returns:
            Tokens, int `[B, W]`, and parents, int `[B, W]`: which hypothesis each of them goes on from. None for
            parents: each from its own. A complete hypothesis is passed on by naming it as a parent, with any token.
        """
        raise NotImplementedError

    def score(self, state: BeamState) -> Any:
        """Give the score `[B, W]` by which complete hypotheses are compared."""
        return state.total

    def finished(self, state: BeamState) -> Any:
        """Say which texts `[B]` need no further step."""
        return ops.all(ops.logical_or(state.ended, ops.equal(state.total, -float("inf"))), axis=1)
