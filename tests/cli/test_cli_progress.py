"""What a training shows while it runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zoo.cli.curve import Curve, PlottingReporter
from zoo.cli.progress import Live, progress, step_line
from zoo.training.progress import Evaluation, TextReporter, TrainingStatus, evaluation_line


def status(**changes) -> TrainingStatus:
    now = TrainingStatus(
        step=7, steps=100, epoch=0.5, loss=1.2345, learning_rate=1e-3, tokens_per_second=54321.0, padding=0.02,
        waiting=0.0, elapsed=10.0, remaining=65.0,
    )  # fmt: skip
    return replace(now, **changes)


def test_the_line_behind_the_bar():
    assert step_line(status()) == "loss 1.234  54k/s  1m05s left"
    assert step_line(status(tokens_per_second=0.0, padding=0.0, remaining=0.0)) == "loss 1.234"


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
    for wanted in (
        "data: [bold]a[/bold]",
        "step 7  10s  train 1.000  val 2.000 nats  best",
        "    x[red] [2J\n",
        "    y" + "z" * 300 + "\n",
        "done\n",
    ):
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


@pytest.mark.parametrize(
    ("train", "validation", "line"),
    [
        (
            {"loss": 1.361, "gradient_norm": 0.2},
            {"loss": 1.412, "nats": 1.412, "bits": 2.037, "perplexity": 4.1},
            "step 1200  2m05s  train 1.361  val 1.412 nats  best",
        ),
        (
            {"loss": 0.011},
            {"loss": 0.034, "accuracy": 0.9962, "perplexity": 1.03},
            "step 1200  2m05s  train 0.011  val 0.034 nats  accuracy 99.6%  best",
        ),
        ({"loss": 0.5}, {}, "step 1200  2m05s  train 0.500  best"),
    ],
)
def test_an_evaluation_is_a_line_with_each_number_once(train, validation, line):
    assert evaluation_line(Evaluation(status(step=1200, elapsed=125.0), train, validation, True)) == line


def test_live_says_what_is_going_on_and_fits_in_sixty_columns(monkeypatch):
    from rich.console import Console

    live = Live()
    (bar,) = live._progress.tasks
    for name, done, total, wanted in (
        ("reading data", 0, 0, (None, "")),
        ("evaluating", 3, 7, (7, "3/7 batches")),
        ("saving", 0, 0, (None, "")),
    ):
        live.phase(name, done, total)
        assert (bar.description, bar.total, bar.fields["line"]) == (name, *wanted)
    live.step(status(step=48_000, steps=50_000, remaining=3661.0))
    live.close()
    console = Console(width=60)
    lines = console.render_lines(live._progress.make_tasks_table(live._progress.tasks), pad=False)
    assert len(lines) == 1
    shown = "".join(segment.text for segment in lines[0])
    assert "step 48000/50000" in shown and "54k/s" in shown and shown.rstrip().endswith("1h01m left")


def test_the_curve_is_drawn_from_two_evaluations_on(capsys):
    curve = Curve()
    curve.add(Evaluation(status(step=100), {"loss": 3.0}, {"loss": 3.5}))
    assert curve.lines() == []
    curve.add(Evaluation(status(step=200), {"loss": 1.0}, {"loss": float("nan")}))
    drawn = curve.lines()
    assert max(map(len, drawn)) <= 60 and len(drawn) < 25
    assert any("t" in line for line in drawn) and any("validation" in line for line in drawn)
    with progress(plot=True) as report:
        assert isinstance(report, PlottingReporter)
        report.evaluation(Evaluation(status(step=1), {"loss": 3.0}))
        report.evaluation(Evaluation(status(step=2), {"loss": 2.0}))
        report.end("2 steps done")
    shown = capsys.readouterr().err.splitlines()
    assert shown[-1] == "2 steps done" and len(shown) > 12
