"""Answers many inputs; bad inputs do not affect the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from zoo.errors import UsageError, ZooError

if TYPE_CHECKING:
    from zoo.data.readers.inputs import Input
    from zoo.topology import Alignment, Answer

CHUNK = 512
"""Inputs answered together: enough to be fast, few enough that the first answers come soon."""


class Answering(Protocol):
    """Gives one answer per raw input."""

    def answer(self, inputs: Sequence[object], **search: object) -> list[Answer]:
        """Answer raw inputs."""
        ...


class Aligning(Protocol):
    """Gives one alignment per raw input and text."""

    def align(self, inputs: Sequence[object], texts: Sequence[str]) -> list[Alignment]:
        """Align raw inputs with texts."""
        ...


@dataclass(frozen=True)
class AnsweredInput:
    """An input with its answer.

    Attributes:
        input: what was answered.
        answer: None if the input is empty or has a problem.
        problem: why there is no answer, with file and line; empty if there is one, and for an empty line.
        alignment: of input and answer, if requested.
    """

    input: Input
    answer: Answer | None = None
    problem: str = ""
    alignment: Alignment | None = None


def answer_inputs(
    run: Answering, inputs: Iterable[Input], search: dict[str, object], takes_nothing: bool = False
) -> Iterator[AnsweredInput]:
    """Answer inputs in order; a bad input gets its problem instead.

    Args:
        run: answers them.
        inputs: to answer; read one batch at a time.
        search: settings of the search.
        takes_nothing: whether an empty text is an input.

    Raises:
        ZooError: the run cannot answer any input.
    """
    waiting = iter(inputs)
    while chunk := list(islice(waiting, CHUNK)):
        usable = [one for one in chunk if not one.problem and (takes_nothing or not is_blank(one))]
        answered = iter(_answers(run, usable, search))
        for one in chunk:
            if one.problem:
                yield AnsweredInput(one, None, _located(one, one.problem))
            elif not takes_nothing and is_blank(one):
                yield AnsweredInput(one)
            else:
                yield next(answered)


def align_answers(run: Aligning, answered: Iterable[AnsweredInput]) -> Iterator[AnsweredInput]:
    """Align inputs with their answers, in the same batches."""
    waiting = iter(answered)
    while chunk := list(islice(waiting, CHUNK)):
        pairs = [(one.input.value, str(one.answer.value)) for one in chunk if one.answer]
        alignments = iter(run.align(*zip(*pairs, strict=True)) if pairs else ())
        for one in chunk:
            yield replace(one, alignment=next(alignments)) if one.answer else one


def is_blank(one: Input) -> bool:
    """Whether an input is an empty line of a file, whose answer is an empty line."""
    return isinstance(one.value, str) and not one.value.strip() and bool(one.rows)


def _answers(run: Answering, inputs: Sequence[Input], search: dict[str, object]) -> list[AnsweredInput]:
    found = _halved(run, inputs, search)
    problems = {str(one.problem) for one in found}
    if len(found) > 1 and len(problems) == 1 and "" not in problems:
        raise ZooError(problems.pop())  # the fault is not in the inputs
    return [AnsweredInput(one.input, one.answer, one.problem and _located(one.input, one.problem)) for one in found]


def _halved(run: Answering, inputs: Sequence[Input], search: dict[str, object]) -> list[AnsweredInput]:
    """Answer inputs together; if that fails, halve them until the bad inputs are found."""
    if not inputs:
        return []
    try:
        answers = run.answer([one.value for one in inputs], **search)
    except UsageError:
        raise
    except ZooError as error:
        if len(inputs) == 1:
            return [AnsweredInput(inputs[0], None, str(error))]
        half = len(inputs) // 2
        return _halved(run, inputs[:half], search) + _halved(run, inputs[half:], search)
    return [AnsweredInput(one, answer) for one, answer in zip(inputs, answers, strict=True)]


def _located(one: Input, problem: str) -> str:
    """Add the place to a problem, unless the problem already names it."""
    problem = problem.removeprefix("input 1 ").removeprefix("input 1: ") if problem.startswith("input 1") else problem
    named = problem.startswith((one.place, one.place.rpartition("/")[2] + ":")) or f"{one.value}:" in problem
    if named:
        return problem
    return f"{one.place} {problem}" if problem.startswith("is ") else f"{one.place}: {problem}"
