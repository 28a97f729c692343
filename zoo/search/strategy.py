"""A strategy chooses the next token of every hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple, Self

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Nest, Tensor
from zoo.search.options import Options

if TYPE_CHECKING:
    from zoo.search.stepper import Stepper
    from zoo.settings import SearchSettings


class StepContext(NamedTuple):
    """The input of a strategy's choice: B texts, W hypotheses of each, V tokens.

    Attributes:
        scores: `[B, W, V]`, log-probabilities of the next token; -inf where it is forbidden.
        total: `[B, W]`, log-probability of each hypothesis so far; -inf for no hypothesis yet.
        ended: bool `[B, W]`, whether the hypothesis is complete.
        position: int `[B]`, how many tokens the text has, not counting its prime.
        seeds: int `[B]`.
    """

    scores: Tensor
    total: Tensor
    ended: Tensor
    position: Tensor
    seeds: Tensor


class BeamState(NamedTuple):
    """The input of a strategy's scoring of hypotheses.

    Attributes:
        total: `[B, W]`, log-probability of each hypothesis.
        length: int `[B, W]`, its number of tokens, including the end token.
        ended: bool `[B, W]`, whether it is complete.
        limit: int `[B]`, the maximum length.
        own: the strategy's own state.
        mask: bool `[B, S]`, which positions of the memory there are; None where the caller did not say.
    """

    total: Tensor
    length: Tensor
    ended: Tensor
    limit: Tensor
    own: Nest
    mask: Tensor | None


@dataclass(frozen=True)
class Strategy(Options):
    """Chooses the next token of every hypothesis. Called inside the compiled loop, in `keras.ops`.

    A subclass is a frozen dataclass; fields that have the name of a setting of `search` are filled from it. It defines
    `choose`, and overrides the other methods where it needs to.
    """

    @classmethod
    def from_settings(cls, search: SearchSettings) -> Self:
        """Make a strategy from the settings of the part `search`."""
        return cls(**{field.name: getattr(search, field.name) for field in fields(cls) if hasattr(search, field.name)})

    @property
    def width(self) -> int:
        """W, the number of hypotheses of a text."""
        return 1

    @property
    def best(self) -> int:
        """How many of them are answers."""
        return 1

    @property
    def candidates(self) -> int | None:
        """How many of the likeliest tokens of a hypothesis are enough to choose from; None: it takes all of them."""
        return None

    def start(self, model: Stepper, state: Nest) -> Nest:
        """Return the strategy's own state: any nesting of tensors with B W rows; most strategies have none.

        Args:
            model: the stepper.
            state: its state before the first token.
        """
        del model, state
        return []

    def observe(self, own: Nest, model: Stepper, state: Nest, ended: Tensor) -> Nest:
        """Return the strategy's own state after a step of the model.

        Args:
            own: the strategy's own state.
            model: the stepper.
            state: its state after the step.
            ended: bool `[B W]`, the hypotheses for which the step does not count.
        """
        del model, state, ended
        return own

    def choose(self, context: StepContext) -> tuple[Tensor, Tensor | None]:
        """Choose.

        Args:
            context: probabilities of the next token, and the hypotheses so far.

        Returns:
            Tokens, int `[B, W]`, and parents, int `[B, W]`: the hypothesis that each token extends; None: its own. A
            complete hypothesis is kept by naming it as a parent, with any token.
        """
        raise NotImplementedError

    def score(self, state: BeamState) -> Tensor:
        """Return the score `[B, W]` by which complete hypotheses are ranked."""
        return state.total

    def finished(self, state: BeamState) -> Tensor:
        """Return which texts are complete, bool `[B]`."""
        ops = array_namespace(state.total)
        return ops.all(ops.logical_or(state.ended, ops.equal(state.total, -float("inf"))), axis=1)
