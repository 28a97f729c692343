"""What a training shows while it runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zoo.cli.progress import Live, progress, step_line
from zoo.training.progress import Evaluation, TextReporter, TrainingStatus


def status(**changes) -> TrainingStatus:
    now = TrainingStatus(
        step=7, steps=100, epoch=0.5, loss=1.2345, learning_rate=1e-3, tokens_per_second=54321.0, padding=0.02,
        waiting=0.0, elapsed=10.0, remaining=65.0,
    )  # fmt: skip
    return replace(now, **changes)


def test_the_line_behind_the_bar():
    assert step_line(status()) == "epoch 0.50  loss 1.234  54,321 tokens/s  padding 2.0%  1m05s left"
    assert step_line(status(tokens_per_second=0.0, padding=0.0, remaining=0.0)) == "epoch 0.50  loss 1.234"


def test_a_pipe_gets_plain_lines():
    with progress() as report:
        assert isinstance(report, TextReporter)


@pytest.mark.parametrize("steps", [0, 100])
def test_live_shows_an_example_as_it_is(capsys, steps):
    live = Live()
    live.begin(["data: [bold]a[/bold]"])
    live.step(status(steps=steps))
    live.evaluation(Evaluation(status(), {"loss": 1.0}, {"loss": 2.0}, True, "x[red]\x1b[2J\ny" + "z" * 300))
    live.end("done")
    live.close()
    shown = capsys.readouterr()
    assert shown.out == ""
    for wanted in ("data: [bold]a[/bold]", "val_loss 2.0000", "    x[red] [2J\n", "    y" + "z" * 300 + "\n", "done\n"):
        assert wanted in shown.err


def test_live_takes_its_line_away_when_something_fails(monkeypatch):
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with pytest.raises(ValueError, match="x"), progress() as report:
        assert isinstance(report, Live)
        raise ValueError("x")
    assert not report._progress.live.is_started


def test_a_download_is_a_line_of_the_same_screen(monkeypatch, capsys):
    import sys

    from zoo.progress import watch, watching

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress() as report:
        with watch("fetching it", 0, 2_000_000) as advance:
            advance(1_000_000)
            (_, bar) = report._progress.tasks
            assert (bar.description, bar.completed, bar.total) == ("fetching it", 1_000_000, 2_000_000)
        assert len(report._progress.tasks) == 1
    assert watching.get() is None
