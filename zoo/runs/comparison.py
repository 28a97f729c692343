"""Compares runs on their test split: metrics with confidence intervals, and whether runs differ by more than chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.metrics import ExampleSums, Interval, bootstrap_interval, mean_sums, paired_bootstrap
from zoo.runs.evaluation_report import MOST
from zoo.runs.loaded_run import load

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.runs.run import Run

LINES = 2_000
"""Lines of a language model's text that are compared."""


@dataclass(frozen=True)
class SplitResult:
    """What each example of a run's test split adds to its metrics.

    Attributes:
        examples: fingerprint of the examples.
        sums: by name of the metric.
    """

    examples: str
    sums: Mapping[str, ExampleSums]


@dataclass(frozen=True)
class ComparedMetric:
    """A metric of several runs on the test split.

    Attributes:
        name: of the metric.
        intervals: of each run; None where it lacks the metric.
        p_values: of the difference between each run and the first, by the paired bootstrap; None for the first, and for
            runs on other examples.
    """

    name: str
    intervals: tuple[Interval | None, ...]
    p_values: tuple[float | None, ...]


def answer_test_split(path: Path, trust: bool = False) -> SplitResult:
    """Answer a run's test split.

    Args:
        path: the run's folder.
        trust: run the code of a task file that came with the run.

    Raises:
        ZooError: the run cannot be loaded, or has no test split.
    """
    run = load(path, trust=trust)
    if not len(run.splits.test):
        raise ZooError(f"the data of {path} has no test split")
    if not run.topology.judges:
        return _scored(run)
    examples = list(islice(iter(run.splits.test), MOST))
    answers = run.topology.answer(run.inference, [example["source"] for example in examples], run.settings)
    return SplitResult(_fingerprint(examples), run.topology.example_sums(examples, answers))


def compare_results(results: Sequence[SplitResult | None]) -> list[ComparedMetric]:
    """Compare runs.

    Args:
        results: of each run; None where there is none.
    """
    found = []
    for name in dict.fromkeys(name for result in results if result is not None for name in result.sums):
        sums = [None if result is None else result.sums.get(name) for result in results]
        first = results[0]
        p_values: list[float | None] = [None]
        for result, each in zip(results[1:], sums[1:], strict=True):
            base = sums[0]
            same = first is not None and result is not None and result.examples == first.examples
            p_values.append(paired_bootstrap(base, each) if same and base is not None and each is not None else None)
        intervals = tuple(None if each is None else bootstrap_interval(each) for each in sums)
        found.append(ComparedMetric(name, intervals, tuple(p_values)))
    return found


def _scored(run: Run) -> SplitResult:
    """Return what each line of a language model's text adds to the nats of a character."""
    examples = run.splits.test
    lines = list(islice(run.topology.score_examples(run.inference, iter(examples), run.settings), LINES))
    digest = hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest()
    nats = mean_sums([-line.log_probability for line in lines], [float(line.characters) for line in lines])
    return SplitResult(digest, {"nats": nats})


def _fingerprint(examples: Sequence[RawExample]) -> str:
    """Tell examples from others by their targets, and by their sources where those are texts."""
    digest = hashlib.sha256()
    for example in examples:
        source = example["source"] if isinstance(example["source"], str) else ""
        digest.update(repr((source, example["target"])).encode())
    return digest.hexdigest()
