"""Curves keep their peaks when they are thinned."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from zoo.report.curves import MOST, RunCurves, curves, thinned


def line(step: int, loss: float) -> dict:
    return {
        "step": step,
        "learning_rate": 1e-3,
        "tokens_per_second": 10.0,
        "train": {"loss": loss},
        "validation": {"loss": loss, "accuracy": 0.5},
    }


VALUES = st.lists(st.tuples(*[st.none() | st.floats(-1e6, 1e6)] * 2), min_size=1, max_size=300)


@given(VALUES, st.integers(6, 40))
def test_the_extremes_of_each_curve_and_the_ends_stay(rows, most):
    columns = list(zip(*rows, strict=True))
    kept = thinned(columns, most)
    assert len(kept) <= most and kept == sorted(set(kept))
    assert kept[0] == 0 and kept[-1] == len(rows) - 1
    for column in columns:
        found = [value for value in column if value is not None]
        left = [column[place] for place in kept if column[place] is not None]
        assert not found or (min(left), max(left)) == (min(found), max(found))


def data_of(markup: str) -> list[dict]:
    return [json.loads(found) for found in re.findall(r'<script type="application/json">(.*?)</script>', markup)]


def test_ten_thousand_evaluations_of_a_few_runs_stay_small():
    records = [line(step, 1 / (1 + step)) for step in range(10_000)]
    records[77]["validation"]["loss"] = float("nan")
    records[5_432]["tokens_per_second"] = 3.5  # for a moment, and while the loss is as before
    markup = curves([RunCurves("one", records), RunCurves("two", records[:50])])
    assert len(markup) < 250_000
    charts = data_of(markup)
    assert [len(chart["runs"]) for chart in charts] == [2] * len(charts)
    assert all(len(run["steps"]) <= MOST for chart in charts for run in chart["runs"])
    (speed,) = (chart for chart in charts if chart["runs"][0]["names"] == ["speed"])
    assert min(speed["runs"][0]["values"][0]) == 3.5
    assert all(
        len(values) == len(run["steps"]) for chart in charts for run in chart["runs"] for values in run["values"]
    )


def test_a_metric_in_other_units_is_drawn_once():
    record = line(1, 1.0)
    record["validation"] |= {"nats": 1.0, "bits": 1.44, "perplexity": 2.7}
    titles = re.findall(r"<h3>(\w+)", curves([RunCurves("one", [record])]))
    assert titles == ["Loss", "Accuracy", "Learning", "Speed"]
