"""Training progress in a notebook: one output with the evaluations above a progress bar."""

from __future__ import annotations

import html
import importlib
import sys
from collections.abc import Callable
from typing import Any

from zoo.training.progress import Evaluation, Reporter, TrainingStatus, duration, evaluation_line

SHOWN = 30
"""Largest number of evaluations shown; earlier ones are left out."""


def in_notebook() -> bool:
    """Whether this process is a notebook's kernel."""
    shell = _shell()
    return shell is not None and (
        getattr(shell, "kernel", None) is not None or type(shell).__name__ == "ZMQInteractiveShell"
    )


def notebook_reporter() -> Reporter | None:
    """Return a notebook's reporter, or None outside a notebook."""
    if not in_notebook():
        return None
    try:
        display = importlib.import_module("IPython.display").display
    except (ImportError, AttributeError):
        return None
    return NotebookReporter(display)


def _shell() -> object:
    # A kernel has already imported IPython; other processes need not.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython() if get_ipython else None


class NotebookReporter:
    """Shows a training in one output of a notebook, which is updated.

    Args:
        display: that of IPython.
    """

    def __init__(self, display: Callable[..., object]) -> None:
        self._display = display
        self._handle: Any = None
        self._lines: list[str] = []
        self._evaluations: list[str] = []
        self._status: TrainingStatus | None = None
        self._end = self._phase = ""

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Say what is going on, in place of the step."""
        self._phase = f"{name} {done}/{total}" if total else name
        self._show()

    def begin(self, lines: list[str]) -> None:
        """Show the data, the model and the engine."""
        self._lines = list(lines)
        self._show()

    def step(self, status: TrainingStatus) -> None:
        """Move the bar."""
        self._status, self._phase = status, ""
        self._show()

    def evaluation(self, evaluation: Evaluation) -> None:
        """Show an evaluation, and its example below it."""
        example = [f"    {line}" for line in evaluation.example.strip("\n").splitlines()]
        self._evaluations.append("\n".join([evaluation_line(evaluation), *example]))
        self._show()

    def end(self, line: str) -> None:
        """Show why the training ended, in place of the bar."""
        self._end = line
        self._show()

    def _show(self) -> None:
        output = _Output(self._text(), self._html())
        if self._handle is None:
            self._handle = self._display(output, display_id=True)
        else:
            self._handle.update(output)

    def _text(self) -> str:
        hidden = len(self._evaluations) - SHOWN
        more = [f"... {hidden} earlier evaluations"] if hidden > 0 else []
        last = self._end or self._phase or (_status_line(self._status) if self._status else "")
        return "\n".join([*self._lines, *more, *self._evaluations[-SHOWN:], *([last] if last else [])])

    def _html(self) -> str:
        status = self._status
        bar = ""
        if status is not None and not self._end:
            value = f' value="{min(status.step, status.steps)}" max="{status.steps}"' if status.steps else ""
            bar = f"<progress{value}></progress>"
        return f"<pre>{html.escape(self._text())}</pre>{bar}"


class _Output:
    """An output for IPython, as text and as HTML."""

    def __init__(self, text: str, markup: str) -> None:
        self._text, self._markup = text, markup

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._markup


def _status_line(status: TrainingStatus) -> str:
    parts = [f"step {status.step}" + (f"/{status.steps}" if status.steps else "")]
    parts += [f"epoch {status.epoch:.2f}", f"loss {status.loss:.3f}"]
    if status.tokens_per_second:
        parts.append(f"{status.tokens_per_second:,.0f} tokens/s")
    if status.remaining:
        parts.append(f"{duration(status.remaining)} left")
    return "  ".join(parts)
