"""How sure a metric is: bootstrap intervals over examples, and the paired bootstrap between two systems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zoo.metrics.references import References, listed

RESAMPLES = 1000
BLOCK = 1 << 22
"""Numbers that are drawn at a time."""
ORDER = 4
"""The longest n-grams of BLEU."""


@dataclass(frozen=True)
class ExampleSums:
    """What each example adds to a metric.

    Attributes:
        sums: float `[N, K]`, one row an example.
        score: turns sums over examples `[..., K]` into values of the metric `[...]`.
    """

    sums: np.ndarray
    score: Callable[[np.ndarray], np.ndarray]

    @property
    def value(self) -> float:
        """The metric over all examples."""
        return float(self.score(self.sums.sum(axis=0)))


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def mean_sums(values: Sequence[float], weights: Sequence[float] | None = None) -> ExampleSums:
    """Describe a metric that is a mean over examples.

    Args:
        values: of each example, summed over its parts.
        weights: how many parts each example has, such as frames; None for one each.
    """
    amounts = np.ones(len(values)) if weights is None else np.asarray(weights, np.float64)
    return ExampleSums(np.stack([np.asarray(values, np.float64), amounts], axis=1), _ratio)


def bleu_sums(hypotheses: Sequence[str], references: References) -> ExampleSums:
    """Describe the corpus BLEU that `zoo.metrics.bleu` computes.

    Args:
        hypotheses: texts.
        references: for each hypothesis.
    """
    from sacrebleu.metrics import BLEU

    metric = BLEU(effective_order=True)  # for single sentences; the counts are the same
    rows = []
    for text, truth in zip(hypotheses, listed(hypotheses, references), strict=True):
        found = metric.sentence_score(text, truth)
        rows.append([found.sys_len, found.ref_len, *found.counts, *found.totals])
    return ExampleSums(np.array(rows, np.float64), _bleu)


def bootstrap_interval(examples: ExampleSums, resamples: int = RESAMPLES, seed: int = 12345) -> Interval:
    """Return a metric with its 95 % interval: the percentiles over resampled test sets (Koehn 2004, W04-3250).

    Args:
        examples: what each adds to the metric.
        resamples: how many.
        seed: of the draws.
    """
    values = examples.score(_resampled([examples.sums], resamples, seed)[0])
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return Interval(examples.value, float(low), float(high))


def paired_bootstrap(
    baseline: ExampleSums, system: ExampleSums, resamples: int = RESAMPLES, seed: int = 12345
) -> float:
    """Return the two-sided p-value of a difference between two systems on the same examples.

    The p-value is the share of resampled test sets on which the difference is at least as far from its mean as the
    difference on the test set is from zero (Riezler and Maxwell 2005, W05-0908). SacreBLEU compares the same numbers,
    but takes absolute values before it subtracts the mean, so that its p-values are about half as large: at 5 % it
    finds a difference between 1 in 10 pairs of equal systems, this test between 1 in 20.

    Args:
        baseline: what each example adds to the metric of one system.
        system: likewise of the other one, in the same order.
        resamples: how many.
        seed: of the draws.

    Raises:
        ValueError: the numbers of examples differ.
    """
    if len(baseline.sums) != len(system.sums):
        raise ValueError(f"{len(baseline.sums)} examples and {len(system.sums)}; both must be the same ones")
    first, second = _resampled([baseline.sums, system.sums], resamples, seed)
    differences = system.score(second) - baseline.score(first)  # [resamples]
    found = abs(system.value - baseline.value)
    # At least as far, but for rounding: equal systems differ by nothing in each resample.
    as_far = int((np.abs(differences - differences.mean()) >= found * (1 - 1e-9)).sum())
    return (as_far + 1) / (resamples + 1)


def _resampled(sums: Sequence[np.ndarray], resamples: int, seed: int) -> list[np.ndarray]:
    """Return the sums over resampled examples, the same examples for all: `[resamples, K]` each."""
    draw, count = np.random.default_rng(seed), len(sums[0])
    parts: list[list[np.ndarray]] = [[] for _ in sums]
    done = 0
    while done < resamples:
        rows = min(resamples - done, max(1, BLOCK // count))
        chosen = draw.integers(count, size=(rows, count)) + np.arange(rows)[:, None] * count
        times = np.bincount(chosen.ravel(), minlength=rows * count).reshape(rows, count)  # [rows, N]
        for part, each in zip(parts, sums, strict=True):
            part.append(times @ each)
        done += rows
    return [np.concatenate(part) for part in parts]


def _ratio(sums: np.ndarray) -> np.ndarray:
    totals, weights = sums[..., 0], sums[..., 1]
    return np.divide(totals, weights, out=np.full_like(totals, np.nan), where=weights > 0)


def _bleu(sums: np.ndarray) -> np.ndarray:
    """BLEU of sums, with sacreBLEU's exponential smoothing."""
    length, wanted = sums[..., 0], sums[..., 1]
    right, total = sums[..., 2 : 2 + ORDER], sums[..., 2 + ORDER : 2 + 2 * ORDER]
    with np.errstate(divide="ignore", invalid="ignore"):
        penalty = np.where(length < wanted, 1 - wanted / length, 0.0)
        halvings = np.cumsum((right == 0) & (total > 0), axis=-1)
        precision = np.where(right > 0, right / total, 1 / (2.0**halvings * total))
        values = 100 * np.exp(penalty + np.log(precision).mean(axis=-1))
    complete = (right.any(axis=-1)) & (total > 0).all(axis=-1) & (length > 0)
    return np.where(complete, values, 0.0)
