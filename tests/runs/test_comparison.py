"""Runs are compared on their test split, with intervals and a paired test."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

import zoo
from zoo.metrics import bootstrap_interval
from zoo.runs.comparison import SplitResult, compare_results
from zoo.topology import Answer, ManyToMany, ManyToOne, Synced
from zoo.topology.example_sums import label_set_sums


def values(topology, examples, answers) -> dict[str, float]:
    return {name: sums.value for name, sums in topology.example_sums(examples, answers).items()}


def test_sums_give_the_metrics_of_the_topology():
    draw = random.Random(0)
    texts = [" ".join(draw.choices("abcdef", k=8)) for _ in range(20)]
    written = [text[: draw.choice((15, 11))] for text in texts]
    pairs = [{"source": "", "target": text} for text in texts]
    topology = ManyToMany()
    answers = [Answer(text) for text in written]
    judged = topology.judge(pairs, answers).metrics
    assert values(topology, pairs, answers) == {name: pytest.approx(judged[name]) for name in ("bleu", "exact")}

    labels = [{"source": "", "target": draw.choice("ab")} for _ in range(20)]
    chosen = [
        Answer("a" if share > 0.5 else "b", None, {"probabilities": {"a": share, "b": 1 - share}})
        for share in (draw.random() for _ in labels)
    ]
    found = values(ManyToOne(), labels, chosen)
    assert found["accuracy"] == pytest.approx(ManyToOne().judge(labels, chosen).metrics["accuracy"])

    numbers = [{"source": "", "target": draw.random()} for _ in range(20)]
    guesses = [Answer(draw.random()) for _ in numbers]
    judged = ManyToOne().judge(numbers, guesses).metrics
    assert values(ManyToOne(), numbers, guesses) == {name: pytest.approx(judged[name]) for name in ("rmse", "mae")}

    sets = [{"source": "", "target": draw.choice((["x"], ["x", "y"], ["z"]))} for _ in range(20)]
    several = [Answer(draw.choice((["x"], ["y"], ["z", "x"]))) for _ in sets]
    judged = ManyToOne().judge(sets, several).metrics
    sums = {name: each.value for name, each in label_set_sums(sets, several).items()}
    assert sums == {name: pytest.approx(judged[name]) for name in ("micro_f1", "exact_match")}

    clips = [{"source": "", "target": draw.choices("ab", k=draw.randrange(2, 9))} for _ in range(9)]
    frames = [Answer(draw.choices("ab", k=len(clip["target"]))) for clip in clips]
    right = sum(
        a == b for clip, one in zip(clips, frames, strict=True) for a, b in zip(clip["target"], one.value, strict=True)
    )
    assert values(Synced(), clips, frames)["accuracy"] == pytest.approx(right / sum(len(one.value) for one in frames))


def test_only_runs_with_the_same_test_split_are_paired():
    sums = ManyToOne().example_sums([{"source": "", "target": 1.0}] * 5, [Answer(float(place)) for place in range(5)])
    other = ManyToOne().example_sums([{"source": "", "target": 1.0}] * 5, [Answer(9.0 + place) for place in range(5)])
    one, two, three = SplitResult("same", sums), SplitResult("same", other), SplitResult("others", other)
    rmse, mae = compare_results([one, two, three, None])
    assert (rmse.name, mae.name) == ("rmse", "mae")
    assert [p is None for p in mae.p_values] == [True, False, True, True] and mae.p_values[1] < 0.01
    assert mae.intervals[:3] == (bootstrap_interval(sums["mae"]), *[bootstrap_interval(other["mae"])] * 2)
    assert mae.intervals[3] is None


@pytest.fixture(scope="module")
def two_runs(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run, and one that has learnt nothing, on the same data."""
    out = tmp_path_factory.mktemp("other") / "run"
    before = zoo.load(trained).settings
    settings = {"model": {"units": 16, "layers": 1}, "batch": {"size": 16, "length": 16}, "search": {"length": 20}}
    zoo.run("charlm", data=before.data.source, out=str(out), **settings, train={"steps": 1, "learning_rate": 0.0})
    return trained, out


def test_language_models_are_compared_by_the_lines_of_their_text(
    two_runs: tuple[Path, Path], command: Callable[..., tuple[int, str, str]]
):
    status, out, err = command("runs", "compare", *map(str, two_runs))
    assert status == 0, err
    name, value, low, high, other, *_, p_value = out.splitlines()[-1].replace("[", "").replace("]", "").split()
    assert name == "nats" and float(low.rstrip(",")) <= float(value) <= float(high)
    assert float(other) > float(value) and float(p_value.removeprefix("p=")) < 0.05


def test_a_run_that_cannot_answer_is_named(trained: Path, copied: Path, command: Callable[..., tuple[int, str, str]]):
    (copied / "weights" / "best.safetensors").write_bytes(b"no weights")
    status, out, err = command("runs", "compare", str(copied), str(copied), "--json")
    assert status == 0 and json.loads(out)["test"] == {}
    assert err.startswith(f"no test metrics of {copied}: ")
