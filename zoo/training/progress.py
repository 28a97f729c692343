"""What a training tells while it runs."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Protocol, TextIO


@dataclass(frozen=True)
class TrainingStatus:
    """Where a training stands, after a step.

    Attributes:
        step: optimiser steps taken.
        steps: steps in all, as far as can be told; 0 for unknown.
        epoch: passes over the data.
        loss: of this step.
        learning_rate: of this step.
        tokens_per_second: weighed targets (characters, frames, examples) a second since the last evaluation.
        padding: share of the positions in the batches that held nothing.
        waiting: share of the time that the trainer waited for data.
        elapsed: seconds of training.
        remaining: seconds of training to go, as far as can be told; 0 for unknown.
    """

    step: int
    steps: int
    epoch: float
    loss: float
    learning_rate: float
    tokens_per_second: float
    padding: float
    waiting: float
    elapsed: float
    remaining: float


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation came to.

    Attributes:
        status: of the training when it was made.
        train: metrics over the training batches since the evaluation before.
        validation: metrics over the validation split; empty where there is none.
        best: whether this is the best so far.
        example: something to look at; may be empty.
    """

    status: TrainingStatus
    train: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    best: bool = False
    example: str = ""


class Reporter(Protocol):
    """Someone who is told."""

    def begin(self, lines: list[str]) -> None:
        """The training begins; `lines` say on what and with what."""

    def step(self, status: TrainingStatus) -> None:
        """A step was taken."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """An evaluation was made."""

    def end(self, line: str) -> None:
        """The training ended, for the reason given."""


class SilentReporter:
    """Tells nobody."""

    def begin(self, lines: list[str]) -> None:
        """Say nothing."""

    def step(self, status: TrainingStatus) -> None:
        """Say nothing."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """Say nothing."""

    def end(self, line: str) -> None:
        """Say nothing."""


class TextReporter:
    """Writes one line for each evaluation, fit for a pipe or a log.

    Args:
        stream: where to; standard error by default.
        examples: whether the example of each evaluation is written too.
    """

    def __init__(self, stream: TextIO | None = None, examples: bool = True) -> None:
        self._stream = stream or sys.stderr
        self._examples = examples

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def begin(self, lines: list[str]) -> None:
        """Write the lines."""
        for line in lines:
            self._write(line)

    def step(self, status: TrainingStatus) -> None:
        """Say nothing: a pipe gets one line an evaluation."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """Write one line, and the example below it."""
        self._write(evaluation_line(evaluation))
        if self._examples and evaluation.example:
            self._write("\n".join(f"    {line}" for line in evaluation.example.strip("\n").splitlines()))

    def end(self, line: str) -> None:
        """Write the line."""
        self._write(line)


def evaluation_line(evaluation: Evaluation) -> str:
    """Put an evaluation on one line."""
    status = evaluation.status
    parts = [f"step {status.step}", f"epoch {status.epoch:.2f}", duration(status.elapsed)]
    parts += [f"{name} {value:.4f}" for name, value in evaluation.train.items() if name == "loss"]
    parts += [f"val_{name} {value:.4f}" for name, value in evaluation.validation.items()]
    parts += [f"{status.tokens_per_second:,.0f} tokens/s", f"padding {status.padding:.1%}"]
    parts += [f"waiting {status.waiting:.1%}", f"lr {status.learning_rate:.2e}"]
    return "  ".join(parts) + ("  best" if evaluation.best else "")


def duration(seconds: float) -> str:
    """Put a time as people read it: `12s`, `3m05s`, `2h07m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
