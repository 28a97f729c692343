"""Progress reports of a training, and their receivers."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TextIO

# What a stream raises that cannot be written to: broken, full, or closed in this process.
UNWRITABLE = (OSError, ValueError)
ESTIMATED_AFTER = 20
"""Reports of steps before the time to go is estimated; the first steps of each shape are slow."""


@dataclass(frozen=True)
class TrainingStatus:
    """The progress of a training after a step.

    Attributes:
        step: optimiser steps taken.
        steps: steps in all, estimated; 0 for unknown.
        epoch: passes over the data.
        loss: of this step.
        learning_rate: of this step.
        tokens_per_second: weighted targets (characters, frames, examples) per second since the last evaluation.
        padding: share of the positions in the batches that were padding.
        waiting: share of the time that was spent waiting for data.
        elapsed: seconds of the run, start-up and evaluations included.
        remaining: seconds to go at most, estimated; 0 for unknown.
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
    """The outcome of an evaluation.

    Attributes:
        status: of the training at that moment.
        train: metrics over the training batches since the previous evaluation.
        validation: metrics on the validation split; empty if there is none.
        best: whether this is the best so far.
        example: a sample of the model's output; may be empty.
        advice: what goes wrong, and the setting to change; empty where all is well.
    """

    status: TrainingStatus
    train: dict[str, float] = field(default_factory=dict)
    validation: dict[str, float] = field(default_factory=dict)
    best: bool = False
    example: str = ""
    advice: str = ""


class Reporter(Protocol):
    """Shows the progress of a training."""

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Something begins that takes time, such as `reading data`; `done` of `total` parts, where they are known."""

    def begin(self, lines: list[str]) -> None:
        """The training begins; `lines` describe data, model and engine."""

    def step(self, status: TrainingStatus) -> None:
        """A step was taken."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """An evaluation was made."""

    def end(self, line: str) -> None:
        """The training ended, for the reason given."""


class SafeReporter:
    """Passes everything on to another reporter, and drops what that one cannot write.

    A training must not end because its output fails: a closed terminal, or a closed pipe.

    Args:
        reporter: the other one.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Pass on the phase, to reporters that show it."""
        show = getattr(self._reporter, "phase", None)
        if show is not None:
            with suppress(*UNWRITABLE):
                show(name, done, total)

    def begin(self, lines: list[str]) -> None:
        """Pass on the lines."""
        with suppress(*UNWRITABLE):
            self._reporter.begin(lines)

    def step(self, status: TrainingStatus) -> None:
        """Pass on the status."""
        with suppress(*UNWRITABLE):
            self._reporter.step(status)

    def evaluation(self, evaluation: Evaluation) -> None:
        """Pass on the evaluation."""
        with suppress(*UNWRITABLE):
            self._reporter.evaluation(evaluation)

    def end(self, line: str) -> None:
        """Pass on the line."""
        with suppress(*UNWRITABLE):
            self._reporter.end(line)


class SilentReporter:
    """Shows nothing."""

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Show nothing."""

    def begin(self, lines: list[str]) -> None:
        """Show nothing."""

    def step(self, status: TrainingStatus) -> None:
        """Show nothing."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """Show nothing."""

    def end(self, line: str) -> None:
        """Show nothing."""


class TextReporter:
    """Writes one line per evaluation, for a pipe or a log.

    Args:
        stream: to write to; standard error by default.
        examples: whether to write the example of each evaluation too.
    """

    def __init__(self, stream: TextIO | None = None, examples: bool = True) -> None:
        # There is no standard error where its descriptor was closed.
        self._stream = sys.stderr if stream is None else stream
        self._examples = examples
        self._steps, self._estimated = 0, False

    def _write(self, line: str) -> None:
        if self._stream is not None:
            print(line, file=self._stream, flush=True)

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Write nothing: a log has no use for it."""

    def begin(self, lines: list[str]) -> None:
        """Write the lines."""
        for line in lines:
            self._write(line)

    def step(self, status: TrainingStatus) -> None:
        """Say once how long it will take, when enough steps have been measured."""
        self._steps += 1
        if not self._estimated and self._steps > ESTIMATED_AFTER and status.remaining:
            self._estimated = True
            if status.remaining >= 60:
                self._write(estimate_line(status))

    def evaluation(self, evaluation: Evaluation) -> None:
        """Write one line, and the example and advice below it."""
        self._write(evaluation_line(evaluation))
        if self._examples and evaluation.example:
            self._write("\n".join(f"    {line}" for line in evaluation.example.strip("\n").splitlines()))
        if evaluation.advice:
            self._write(f"advice: {evaluation.advice}")

    def end(self, line: str) -> None:
        """Write the line."""
        self._write(line)


SAME_AS_LOSS = ("loss", "bits", "perplexity")
"""Metrics that say in other units what the loss says."""


def evaluation_line(evaluation: Evaluation) -> str:
    """Format an evaluation as one line of some 60 columns, each number once, with its unit.

    Speed, padding and learning rate are in `metrics.jsonl` and in the report of the run.
    """
    status, validation = evaluation.status, evaluation.validation
    parts = [f"step {status.step}", duration(status.elapsed)]
    if "loss" in evaluation.train:
        parts.append(f"train {evaluation.train['loss']:.3f}")
    if "loss" in validation:
        parts.append(f"val {validation.get('nats', validation['loss']):.3f} nats")
    parts += [metric_text(name, value) for name, value in validation.items() if name not in (*SAME_AS_LOSS, "nats")]
    return "  ".join(parts) + ("  best" if evaluation.best else "")


def metric_text(name: str, value: float) -> str:
    """Write a metric for people: shares in percent."""
    label = name.replace("_", " ")
    return f"{label} {value:.1%}" if name in ("accuracy", "exact", "macro_f1") else f"{label} {value:.3f}"


def estimate_line(status: TrainingStatus) -> str:
    """Say how long a training will take, and that it may be ended earlier."""
    minutes = max(1, round(status.remaining / 60))
    return f"about {minutes} minute{'s' if minutes > 1 else ''} to go at most; Ctrl-C keeps the best so far"


def duration(seconds: float) -> str:
    """Format a time as `12s`, `3m05s` or `2h07m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
