"""Training progress: a live line on a terminal, one plain line per evaluation elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from zoo.cli.curve import Curve, PlottingReporter

if TYPE_CHECKING:
    from zoo.training.progress import Evaluation, Reporter, TrainingStatus


@contextmanager
def progress(plot: bool = False) -> Iterator[Reporter]:
    """Provide the reporter that fits standard error, and clean up the screen afterwards.

    Args:
        plot: whether to draw the curve at the end.
    """
    from zoo.progress import watching
    from zoo.training.progress import TextReporter

    if not sys.stderr.isatty():
        yield PlottingReporter() if plot else TextReporter()
        return
    live = Live(plot)
    # Only one live display is possible: a download is its second line.
    token = watching.set(live.download)
    try:
        yield live
    finally:
        watching.reset(token)
        live.close()


class Live:
    """A live line on a terminal, with the evaluations above it; it fits in 60 columns.

    Args:
        plot: whether the end of the training draws the curve.
    """

    def __init__(self, plot: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=8),
            TextColumn("{task.fields[line]}"),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._curve = Curve() if plot else None
        self._bar = self._progress.add_task("starting", total=None, line="")
        self._progress.start()

    def phase(self, name: str, done: int = 0, total: int = 0) -> None:
        """Say what is going on; with a bar of its own, where the parts are known."""
        self._show(name, done, total, f"{done}/{total} batches" if total else "")

    def begin(self, lines: list[str]) -> None:
        """Write the data, the model and the engine."""
        for line in lines:
            self._print(line, wrap=True)
        self.phase("compiling")

    @contextmanager
    def download(self, title: str, done: int, total: int) -> Iterator[Callable[[int], None]]:
        """Show a download below the line (see `zoo.progress`)."""
        from zoo.progress import in_words

        bar = self._progress.add_task(title, total=total or None, completed=done, line=in_words(total) if total else "")
        try:
            yield lambda count: self._progress.advance(bar, count)
        finally:
            self._progress.remove_task(bar)

    def step(self, status: TrainingStatus) -> None:
        """Update the line."""
        name = f"step {status.step}" + (f"/{status.steps}" if status.steps else "")
        self._show(name, status.step, status.steps, step_line(status))

    def evaluation(self, evaluation: Evaluation) -> None:
        """Write an evaluation, and its example below it."""
        from zoo.training.progress import evaluation_line

        self._print(evaluation_line(evaluation), "bold")
        if self._curve is not None:
            self._curve.add(evaluation)
        for line in evaluation.example.strip("\n").splitlines():
            self._print(f"    {line}", "dim")
        if evaluation.advice:
            self._print(f"advice: {evaluation.advice}", "yellow")

    def end(self, line: str) -> None:
        """Write why the training ended."""
        self.close()
        if self._curve is not None:
            for drawn in self._curve.lines():
                self._print(drawn)
        self._print(line)

    def close(self) -> None:
        """Remove the live line."""
        self._progress.stop()

    def _show(self, name: str, done: int, total: int, line: str) -> None:
        # rich takes a total of None for one that stays as it was.
        (task,) = (task for task in self._progress.tasks if task.id == self._bar)
        task.total = total or None
        self._progress.update(self._bar, description=name, completed=done, line=line)

    def _print(self, line: str, style: str = "", wrap: bool = False) -> None:
        safe: Any = "".join(character if character.isprintable() else " " for character in line)
        self._progress.console.print(safe, style=style, markup=False, soft_wrap=not wrap)


def step_line(status: TrainingStatus) -> str:
    """Write a training's state after the bar: loss, targets a second, time left."""
    from zoo.training.progress import duration

    parts = [f"loss {status.loss:.3f}"]
    if status.tokens_per_second:
        speed = status.tokens_per_second
        parts.append(f"{speed / 1000:.0f}k/s" if speed >= 10_000 else f"{speed:,.0f}/s")
    if status.remaining:
        parts.append(f"{duration(status.remaining)} left")
    return "  ".join(parts)
