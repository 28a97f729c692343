"""The learning curve of a training, drawn with characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoo.training.progress import TextReporter

if TYPE_CHECKING:
    from zoo.training.progress import Evaluation

WIDTH, HEIGHT = 36, 12
"""Of the drawing; labels come beside it."""
MARKERS = {"train": "t", "validation": "v"}


class Curve:
    """Collects evaluations, and draws their losses."""

    def __init__(self) -> None:
        self._losses: dict[str, list[tuple[int, float]]] = {}

    def add(self, evaluation: Evaluation) -> None:
        """Add the losses of an evaluation."""
        for name, metrics in (("train", evaluation.train), ("validation", evaluation.validation)):
            loss = metrics.get("loss")
            if loss is not None and loss - loss == 0:
                self._losses.setdefault(name, []).append((evaluation.status.step, loss))

    def lines(self) -> list[str]:
        """Draw the losses over steps; nothing for fewer than two evaluations."""
        if max((len(points) for points in self._losses.values()), default=0) < 2:
            return []
        from plotille import Figure

        figure = Figure()
        figure.width, figure.height = WIDTH, HEIGHT
        figure.with_colors = False
        places = [point for points in self._losses.values() for point in points]
        figure.set_x_limits(min(step for step, _ in places), max(step for step, _ in places))
        figure.set_y_limits(*_limits([loss for _, loss in places]))
        figure.x_label, figure.y_label = "step", "nats"
        figure.register_label_formatter(int, _short)
        figure.register_label_formatter(float, _short)
        for name, points in self._losses.items():
            steps, losses = zip(*points, strict=True)
            figure.plot(steps, losses, label=name, marker=MARKERS[name])
        return [line.rstrip() for line in str(figure.show(legend=True)).splitlines()]


def _limits(losses: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the vertical axis, with a little room below and above."""
    low, high = min(losses), max(losses)
    room = 0.05 * (high - low) or 0.1
    return low - room, high + room


def _short(value: float, chars: int, delta: float, left: bool = False) -> str:
    """Write the label of an axis."""
    text = f"{value:.4g}"
    return text.ljust(chars) if left else text.rjust(chars)


class PlottingReporter(TextReporter):
    """Writes one line per evaluation, and the curve at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._curve = Curve()

    def evaluation(self, evaluation: Evaluation) -> None:
        """Write the line, and remember the losses."""
        self._curve.add(evaluation)
        super().evaluation(evaluation)

    def end(self, line: str) -> None:
        """Draw the curve, and write the line."""
        for drawn in self._curve.lines():
            self._write(drawn)
        super().end(line)
