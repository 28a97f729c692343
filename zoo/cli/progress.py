"""Training progress: a live line on a terminal, one plain line per evaluation elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo.training.progress import Evaluation, Reporter, TrainingStatus


@contextmanager
def progress() -> Iterator[Reporter]:
    """Provide the reporter that fits standard error, and clean up the screen afterwards."""
    from zoo.progress import watching
    from zoo.training.progress import TextReporter

    if not sys.stderr.isatty():
        yield TextReporter()
        return
    live = Live()
    # Only one live display is possible: a download is its second line.
    token = watching.set(live.download)
    try:
        yield live
    finally:
        watching.reset(token)
        live.close()


class Live:
    """A live line on a terminal, with the evaluations above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[line]}"),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._bar = self._progress.add_task("starting", total=None, line="")
        self._progress.start()

    def begin(self, lines: list[str]) -> None:
        """Write the data, the model and the engine."""
        for line in lines:
            self._print(line)
        self._progress.update(self._bar, description="training")

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
        self._progress.update(
            self._bar,
            description=f"step {status.step}" + (f"/{status.steps}" if status.steps else ""),
            completed=status.step,
            total=status.steps or None,
            line=step_line(status),
        )

    def evaluation(self, evaluation: Evaluation) -> None:
        """Write an evaluation, and its example below it."""
        from zoo.training.progress import evaluation_line

        self._print(evaluation_line(evaluation), "bold")
        for line in evaluation.example.strip("\n").splitlines():
            self._print(f"    {line}", "dim")
        if evaluation.advice:
            self._print(f"advice: {evaluation.advice}", "yellow")

    def end(self, line: str) -> None:
        """Write why the training ended."""
        self.close()
        self._print(line)

    def close(self) -> None:
        """Remove the live line."""
        self._progress.stop()

    def _print(self, line: str, style: str = "") -> None:
        safe: Any = "".join(character if character.isprintable() else " " for character in line)
        self._progress.console.print(safe, style=style, markup=False, soft_wrap=True)


def step_line(status: TrainingStatus) -> str:
    """Write a training's state after the bar: loss, speed, padding, time left."""
    from zoo.training.progress import duration

    parts = [f"epoch {status.epoch:.2f}", f"loss {status.loss:.3f}"]
    if status.tokens_per_second:
        parts.append(f"{status.tokens_per_second:,.0f} tokens/s")
    if status.padding >= 0.001:
        parts.append(f"padding {status.padding:.1%}")
    if status.remaining:
        parts.append(f"{duration(status.remaining)} left")
    return "  ".join(parts)
