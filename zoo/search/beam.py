"""Beam search: several hypotheses at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from zoo.backend.array_namespace import array_namespace
from zoo.backend.types import Nest, Tensor
from zoo.errors import UsageError
from zoo.search.largest import largest
from zoo.search.limits import check_number, set_whole
from zoo.search.strategy import BeamState, StepContext, Strategy

if TYPE_CHECKING:
    from zoo.search.stepper import AttendingStepper, Stepper

INFINITY = float("inf")
LEAST = -1e30
"""The score of an impossible continuation; above -inf, so that a complete text is never chosen twice."""
UNSEEN = 1e-6
"""Attention is clipped to this from below, so that a source position never attended to has a finite penalty."""

MAX_BEAM, MAX_PENALTY, MAX_LENGTH_PENALTY = 100_000, 1e6, 10.0
"""Larger numbers would no longer give finite scores as float32 numbers."""


@dataclass(frozen=True)
class Beam(Strategy):
    """Keeps the `beam` likeliest hypotheses. A complete one keeps its place, and the others share the rest.

    With a beam of 1 this is greedy search; with a beam as wide as there are texts it is exhaustive.

    Complete hypotheses are ranked by `log p / ((5 + length) / 6)^length_penalty` plus the coverage penalty
    `coverage_penalty * sum over the source of log(min(attention, 1))` (Wu et al. 2016, arXiv:1609.08144, equation 14).

    Args:
        beam: W, the number of hypotheses.
        n_best: how many of them are answers.
        length_penalty: alpha above; 0 ranks by log-probability, which favours short texts.
        coverage_penalty: beta above; needs a model with `alignment(state)`. 0: none.
        groups: hypotheses are divided into groups that choose one after another (Vijayakumar et al. 2016,
            arXiv:1610.02424).
        diversity: penalty for a token in such a choice, for each time an earlier group has just chosen it.
        stop_early: stop as soon as no hypothesis can become better than the answers found.

    Raises:
        UsageError: an option is out of range, or two contradict each other.
    """

    beam: int = 5
    n_best: int = 1
    length_penalty: float = 0.0
    coverage_penalty: float = 0.0
    groups: int = 1
    diversity: float = 0.5
    stop_early: bool = True

    tensors: ClassVar[tuple[str, ...]] = ("length_penalty", "coverage_penalty", "diversity")

    def __post_init__(self) -> None:
        for name in ("beam", "n_best", "groups"):
            set_whole(self, name, 1, MAX_BEAM)
        check_number("length_penalty", self.length_penalty, 0, MAX_LENGTH_PENALTY)
        check_number("coverage_penalty", self.coverage_penalty, 0, MAX_PENALTY)
        check_number("diversity", self.diversity, 0, MAX_PENALTY)
        if self.n_best > self.beam:
            raise UsageError(f"n_best={self.n_best}: a beam of {self.beam} has at most {self.beam} answers")
        if self.beam % self.groups:
            raise UsageError(f"groups={self.groups}: a beam of {self.beam} cannot be divided into as many equal groups")

    @property
    def width(self) -> int:
        """W."""
        return self.beam

    @property
    def best(self) -> int:
        """How many hypotheses are answers."""
        return self.n_best

    @property
    def candidates(self) -> int | None:
        """As many tokens of a hypothesis as there are hypotheses; groups choose among more."""
        return self.beam if self.groups == 1 else None

    def start(self, model: Stepper, state: Nest) -> Nest:
        """The attention that each source position has had, `[B W, S]`, where it counts."""
        if not self.on("coverage_penalty"):
            return []
        if not hasattr(model, "alignment"):
            raise UsageError("coverage_penalty needs a model that attends; this one has no alignment")
        alignment = cast("AttendingStepper", model).alignment(state)
        return [array_namespace(alignment).zeros_like(alignment)]

    def observe(self, own: Nest, model: Stepper, state: Nest, ended: Tensor) -> Nest:
        """Add the attention of a step."""
        ops, attending = array_namespace(ended), cast("AttendingStepper", model)
        return [seen + ops.where(ended[:, None], 0.0, attending.alignment(state)) for seen in own]

    def choose(self, context: StepContext) -> tuple[Tensor, Tensor]:
        """The likeliest continuations of all hypotheses (see `Strategy.choose`)."""
        ops, (rows, width, size) = array_namespace(context.scores), context.scores.shape
        # A complete hypothesis has one continuation, which always is chosen.
        kept = ops.where(ops.equal(ops.arange(size), 0), INFINITY, -INFINITY)  # [V]
        going_on = ops.maximum(context.total[:, :, None] + context.scores, LEAST)  # [B, W, V]
        totals = ops.where(context.ended[:, :, None], kept, going_on)  # [B, W, V]
        share = width // self.groups
        tokens, parents = [], []
        taken = ops.zeros((rows, size))  # [B, V]: how often earlier groups have chosen a token
        for group in range(self.groups):
            mine = slice(group * share, (group + 1) * share)
            ranked = totals[:, mine]  # [B, W / G, V]
            if group and self.on("diversity"):
                ranked = ranked - self.diversity * taken[:, None, :]
            _, places = largest(ops.reshape(ranked, (rows, share * size)), share)  # [B, W / G]
            parent, token = group * share + places // size, places % size
            parents.append(parent)
            tokens.append(token)
            if group + 1 < self.groups:
                going = ops.logical_not(ops.take_along_axis(context.ended, parent, axis=1))  # [B, W / G]
                taken = taken + ops.sum(ops.one_hot(token, size) * ops.cast(going, "float32")[:, :, None], axis=1)
        return ops.concatenate(tokens, axis=1), ops.concatenate(parents, axis=1)

    def score(self, state: BeamState) -> Tensor:
        """Equation 14 of Wu et al. 2016."""
        ops, score = array_namespace(state.total), state.total / self._penalty(state.length)  # [B, W]
        for seen in state.own:
            logs = ops.log(ops.clip(ops.reshape(seen, (*score.shape, -1)), UNSEEN, 1.0))  # [B, W, S]
            if state.mask is not None:
                logs = ops.where(state.mask[:, None, :], logs, 0.0)
            score = score + self.coverage_penalty * ops.sum(logs, axis=-1)
        return score

    def finished(self, state: BeamState) -> Tensor:
        """All hypotheses are complete, or none that is not can become better than the answers.

        A log-probability only sinks, and neither penalty is ever positive: what a hypothesis has now, at the greatest
        length, is more than it can come to.
        """
        ops, none_left = array_namespace(state.total), super().finished(state)
        if not self.stop_early or self.groups > 1:  # several groups may have one text twice
            return none_left
        complete = ops.where(state.ended, self.score(state), -INFINITY)  # [B, W]
        worst_answer = largest(complete, self.n_best)[0][:, -1]  # [B]
        bound = state.total / self._penalty(state.limit)[:, None]  # [B, W]
        bound = ops.max(ops.where(state.ended, -INFINITY, bound), axis=1)  # [B]
        return ops.logical_or(none_left, worst_answer >= bound)

    def _penalty(self, length: Tensor) -> Tensor:
        ops = array_namespace(length)
        if not self.on("length_penalty"):
            return ops.ones_like(length, dtype="float32")
        return ((5.0 + ops.cast(length, "float32")) / 6.0) ** self.length_penalty
