"""A search over NumPy arrays, step by step; a text that is complete leaves the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from zoo.runtime.growing_rows import GrowingRows
from zoo.search.hypothesis import Hypothesis, answers, paths
from zoo.search.limits import NotFiniteError, check_tokens
from zoo.search.processors import Banned, Processor
from zoo.search.processors.processor import NOTHING
from zoo.search.request import Request
from zoo.search.step import FREE, Carry, choose_tokens, first_carry, search_step
from zoo.search.stepper import Stepper
from zoo.search.strategy import Strategy

if TYPE_CHECKING:
    from zoo.search.stepper import ChoosingStepper

LEAVING = 8
"""Complete texts leave the batch as soon as they are one in so many of it, because copying the others costs time."""


class ArraySearch:
    """Searches for some texts together.

    Args:
        model: the stepper, on NumPy arrays.
        request: what to search for.
        memory: of the model, a list of arrays with a row a text; None for a language model.
        mask: bool `[texts, S]`, which positions of the memory there are; or None.
        strategy: chooses.
        processors: are applied before it.
        end: the token that ends a text; or None.
    """

    def __init__(
        self,
        model: Stepper,
        request: Request,
        memory: list[np.ndarray] | None,
        mask: np.ndarray | None,
        strategy: Strategy,
        processors: Sequence[Processor],
        end: int | None,
    ) -> None:
        self._model, self._request, self._end = model, request, end
        self._strategy = strategy.bind(strategy.numbers())
        self._processors = [one.bind(one.numbers()) for one in processors]
        count, width = len(request.primes), strategy.width
        self.length = np.zeros((count, width), np.int32)
        """How many tokens each hypothesis has, `[texts, W]`."""
        self._score = np.full((count, width), -np.inf, np.float32)
        self._total = np.zeros((count, width), np.float32)
        self.tokens: list[np.ndarray] = []
        """The tokens chosen at each step, `[texts, W]`."""
        self._parents: list[np.ndarray] = []
        self._rows = np.arange(count)  # of the texts that are still in the batch
        self._growing = GrowingRows(model, memory, width)
        self._mask, self._limits, self._seeds = mask, request.limits, request.seeds
        self._lengths = np.array([len(prime) for prime in request.primes], np.int32)
        self._forced = np.full((count, int(self._lengths.max())), FREE, np.int32)
        for row, prime in enumerate(request.primes):
            self._forced[row, : len(prime) - 1] = prime[1:]
        first = np.array([prime[0] for prime in request.primes], np.int32)
        state = _first_state(model, memory, count, width)
        history = None
        if any(processor.uses_history for processor in processors):
            history = np.full((count * width, 64), NOTHING, np.int32)
        self._carry = first_carry(model, self._strategy, first, state, request.limits, history)
        self._vocabulary: int | None = None
        self._forbidden = sorted({token for one in processors if isinstance(one, Banned) for token in one.tokens})
        self._count = self._candidates(strategy, processors)
        self._leave()

    def _candidates(self, strategy: Strategy, processors: Sequence[Processor]) -> int:
        """How many of the likeliest tokens of each hypothesis the graph shall find; 0 where all of them are needed."""
        choices, wanted = getattr(self._model, "choices", None), strategy.candidates
        if choices is None or wanted is None or not all(isinstance(one, Banned) for one in processors):
            return 0
        count = wanted + len(self._forbidden)
        if count > min(choices.most, choices.vocabulary) or max(self._forbidden, default=0) >= choices.vocabulary:
            return 0
        self._check_vocabulary(choices.vocabulary)
        return count

    @property
    def done(self) -> bool:
        """Whether all texts are complete."""
        return not len(self._rows)

    def step(self) -> None:
        """Make one step.

        Raises:
            UsageError: a token is outside the vocabulary.
            NotFiniteError: the model predicts numbers that are not finite.
        """
        time = len(self.tokens)
        given = self._forced[self._rows, time] if time < self._forced.shape[1] else np.full(len(self._rows), FREE)
        given = given.astype(np.int32)
        position = (time - (self._lengths[self._rows] - 1)).astype(np.int32)
        carry = self._carry
        if carry.history and int(carry.read) >= carry.history[0].shape[1]:
            wider = np.pad(carry.history[0], ((0, 0), (0, carry.history[0].shape[1])), constant_values=NOTHING)
            carry = carry._replace(history=[wider])
        if (given >= 0).all():
            carry = self._read(carry, given)
            parents = None
        else:
            limits, seeds = self._limits[self._rows], self._seeds[self._rows]
            if self._count:
                carry, parents = self._choose(carry, given, position, limits, seeds)
            else:
                carry, parents, logits = search_step(
                    self._model,
                    self._strategy,
                    self._processors,
                    carry,
                    self._growing.memory,
                    given,
                    position,
                    limits,
                    seeds,
                    self._end,
                )
                self._check_vocabulary(logits.shape[-1])
        if np.isnan(carry.total).any():
            raise NotFiniteError
        self._carry = carry
        self._record(carry, parents)
        self._leave()

    def _choose(
        self, carry: Carry, given: np.ndarray, position: np.ndarray, limits: np.ndarray, seeds: np.ndarray
    ) -> tuple[Carry, np.ndarray | None]:
        """Make a step in which the graph finds the likeliest tokens, so that nothing looks through all of them."""
        model = cast("ChoosingStepper", self._model)
        scores, names, carry = self._growing.choose(model, self._count, carry)
        own = self._strategy.observe(carry.own, model, carry.state, carry.ended.reshape(-1))
        broken = np.isnan(scores[:, 0])
        if self._forbidden:
            scores = np.where(np.isin(names, self._forbidden), np.float32(-np.inf), scores)
        carry, forbids = carry._replace(own=own), bool(self._forbidden)
        return choose_tokens(
            self._strategy, carry, scores, broken, forbids, given, position, limits, seeds, self._end, names
        )

    def _read(self, carry: Carry, given: np.ndarray) -> Carry:
        """Read a token of the prime of every text: nothing is to be chosen."""
        rows, width = carry.tokens.shape
        last = carry.tokens.reshape(-1)
        memory = self._growing.memory
        if memory is None:
            logits, state = self._model.step(last, carry.state)
        else:
            logits, state = self._model.step(last, carry.state, memory=memory)
        self._check_vocabulary(logits.shape[-1])
        own = self._strategy.observe(carry.own, self._model, state, carry.ended.reshape(-1))
        tokens = np.repeat(given[:, None], width, axis=1)
        history = carry.history
        if history:
            history = [history[0].copy()]
            history[0][:, int(carry.read)] = tokens.reshape(-1)
        return carry._replace(tokens=tokens, state=state, own=own, read=carry.read + 1, history=history)

    def _check_vocabulary(self, size: int) -> None:
        if self._vocabulary is None:
            self._vocabulary = size
            for number, prime in enumerate(self._request.primes):
                check_tokens(prime, f"prime {number + 1}", size)

    def _record(self, carry: Carry, parents: np.ndarray | None) -> None:
        count, width = self.length.shape
        tokens = np.zeros((count, width), np.int32)
        tokens[self._rows] = carry.tokens
        self.tokens.append(tokens)
        if width > 1:
            before = np.broadcast_to(np.arange(width, dtype=np.int32), (count, width)).copy()
            if parents is not None:
                before[self._rows] = parents
            self._parents.append(before)
        self.length[self._rows] = carry.length

    def _leave(self) -> None:
        """Note the outcome of complete texts, and take them out of the batch."""
        carry, rows = self._carry, self._rows
        state = carry.beam_state(self._limits[rows], None if self._mask is None else self._mask[rows])
        finished = np.asarray(self._strategy.finished(state))
        count = int(finished.sum())
        if not count or (count < len(rows) and count * LEAVING < len(rows)):
            return
        score = np.where(carry.ended, self._strategy.score(state), -np.inf)
        done = rows[finished]
        self._score[done], self._total[done] = score[finished], carry.total[finished]
        self._rows = rows[~finished]
        kept = np.flatnonzero(~finished)
        width = self.length.shape[1]
        flat = (kept[:, None] * width + np.arange(width)).reshape(-1)
        self._growing.keep(kept)
        self._carry = Carry(
            carry.tokens[kept],
            [leaf[flat] for leaf in carry.state],
            [leaf[flat] for leaf in carry.own],
            carry.total[kept],
            carry.length[kept],
            carry.ended[kept],
            carry.read,
            [leaf[flat] for leaf in carry.history],
        )

    def hypotheses(self) -> list[list[Hypothesis]]:
        """The best texts of each, once all are complete."""
        if not self.tokens:  # every maximum length is 0
            return [[Hypothesis(np.zeros(0, np.int32), 0.0, 0.0, False)] for _ in self._request.primes]
        written = paths(np.stack(self.tokens), np.stack(self._parents) if self._parents else None)  # [texts, W, T]
        found = []
        for row, prime in enumerate(self._request.primes):
            first = len(prime) - 1
            texts = [text[first : first + length] for text, length in zip(written[row], self.length[row], strict=True)]
            found.append(answers(texts, self._score[row], self._total[row], self._end, self._strategy.best))
        return found


def _first_state(model: Stepper, memory: list[np.ndarray] | None, count: int, width: int) -> list[np.ndarray]:
    """The state before the first token, a row a hypothesis; those of a text are alike."""
    state: list[np.ndarray] = model.start(count) if memory is None else model.start(count, memory=memory)
    return state if width == 1 else [np.repeat(leaf, width, axis=0) for leaf in state]
