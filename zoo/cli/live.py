"""Progress of a training on a terminal: one live line, and a line for each evaluation."""

from __future__ import annotations

import sys
from typing import Any

from zoo.training.report import Evaluation, Plain, Report, Status, duration, evaluation_line


def make_report() -> Report:
    """Choose what fits standard error: a live line on a terminal, plain lines on a pipe."""
    return Live() if sys.stderr.isatty() else Plain(sys.stderr)


class Live:
    """Shows step, loss, speed, padding, time left and the last evaluation while a training runs."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._live: Any = None
        self._last: Evaluation | None = None

    def begin(self, lines: list[str]) -> None:
        """Print what is trained on what, and start the live line."""
        from rich.live import Live as RichLive

        for line in lines:
            self._console.print(line, style="dim", markup=False)
        self._live = RichLive(console=self._console, refresh_per_second=8, transient=True)
        self._live.start()

    def step(self, status: Status) -> None:
        """Renew the live line."""
        if self._live is not None:
            self._live.update(self._line(status))

    def evaluation(self, evaluation: Evaluation) -> None:
        """Print the evaluation's line, and its example below."""
        from rich.padding import Padding
        from rich.text import Text

        self._last = evaluation
        self._console.print(Text(evaluation_line(evaluation), style="bold" if evaluation.best else ""))
        if evaluation.example:
            self._console.print(Padding(Text(evaluation.example.strip("\n"), style="cyan"), (0, 0, 0, 4)))

    def end(self, line: str) -> None:
        """Take the live line away and print how it ended."""
        self.close()
        self._console.print(line, markup=False)

    def close(self) -> None:
        """Give the terminal back, also after an error."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _line(self, status: Status) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        cells: list[Any] = []
        if status.steps:
            cells.append(ProgressBar(total=status.steps, completed=status.step, width=20))
            cells.append(Text(f"step {status.step:,}/{status.steps:,}"))
        else:
            cells.append(Text(f"step {status.step:,}"))
        cells.append(Text(f"epoch {status.epoch:.2f}"))
        cells.append(Text(f"loss {status.loss:.4f}", style="bold"))
        cells.append(Text(f"{status.tokens_per_second:,.0f} tokens/s"))
        cells.append(Text(f"padding {status.padding:.1%}"))
        if status.remaining:
            cells.append(Text(f"{duration(status.remaining)} left"))
        if self._last is not None and self._last.validation:
            name, value = next(iter(self._last.validation.items()))
            cells.append(Text(f"val_{name} {value:.4f} at step {self._last.status.step:,}", style="green"))
        table.add_row(*cells)
        return table
