"""Intervals cover as often as they say, and the paired test is wrong as often as it says."""

from __future__ import annotations

import numpy as np
import pytest

from zoo.metrics import bleu, bleu_sums, bootstrap_interval, mean_sums, paired_bootstrap
from zoo.metrics.bootstrap import _resampled

TRIES = 500
EXAMPLES = 200
RESAMPLES = 400


def test_intervals_cover_the_truth_in_93_to_97_percent():
    draw = np.random.default_rng(1)
    covered = 0
    for seed in range(TRIES):
        lengths = draw.integers(1, 6, EXAMPLES)
        right = draw.binomial(lengths, 0.7)  # the parts of an example that are right
        interval = bootstrap_interval(mean_sums(right, lengths), RESAMPLES, seed)
        covered += interval.low <= 0.7 <= interval.high
    assert 0.93 <= covered / TRIES <= 0.97


def test_the_paired_test_is_wrong_in_3_to_7_percent_at_5_percent():
    draw = np.random.default_rng(2)
    wrong = found = 0
    for seed in range(TRIES):
        hardness = draw.normal(0, 1, EXAMPLES)  # what the systems share
        one, other = (hardness + draw.normal(0, 0.5, EXAMPLES) for _ in range(2))
        wrong += paired_bootstrap(mean_sums(one), mean_sums(other), RESAMPLES, seed) < 0.05
        found += paired_bootstrap(mean_sums(one), mean_sums(other + 0.2), RESAMPLES, seed) < 0.05
    assert 0.03 <= wrong / TRIES <= 0.07
    assert found / TRIES > 0.7  # 0.2 is less than twice the standard error of each mean, but 2.8 of the difference's


@pytest.fixture
def texts() -> tuple[list[str], list[str], list[str]]:
    draw = np.random.default_rng(3)
    words = [f"w{index}" for index in range(30)]
    truth = [" ".join(draw.choice(words, draw.integers(3, 12))) for _ in range(80)]

    def noisy(share: float) -> list[str]:
        return [
            " ".join(word if draw.random() > share else str(draw.choice(words)) for word in text.split()[:9])
            for text in truth
        ]

    return truth, noisy(0.2), noisy(0.25)


def test_corpus_bleu_is_that_of_sacrebleu(texts):
    truth, first, _ = texts
    assert bleu_sums(first, truth).value == pytest.approx(bleu(first, truth).value, abs=1e-9)
    # Short texts without longer n-grams, wrong ones, and several references.
    for hypotheses, references in [
        (["a b"], ["a b"]),
        (["a b c d e"], ["a x c y e"]),
        (["x"], ["y"]),
        (["the cat sat on the mat"], [("a cat sat on the mat", "the cat is on a mat")]),
        (["", "a b c d"], ["a b", "a b c d e f g"]),
    ]:
        assert bleu_sums(hypotheses, references).value == pytest.approx(bleu(hypotheses, references).value, abs=1e-9)


def test_the_p_value_is_two_sided_and_the_interval_that_of_sacrebleu(texts):
    from sacrebleu.metrics import BLEU
    from sacrebleu.significance import PairedTest

    truth, first, second = texts
    test = PairedTest(
        [("first", first), ("second", second)], {"BLEU": BLEU(references=[truth])}, None, "bs", n_samples=1000
    )
    _, scores = test()
    theirs = scores["BLEU"][1]
    one, other = bleu_sums(first, truth), bleu_sums(second, truth)
    sampled = _resampled([one.sums, other.sums], 1000, 1)
    absolute = np.abs(other.score(sampled[1]) - one.score(sampled[0]))
    further = absolute - absolute.mean() > abs(other.value - one.value)
    assert further.mean() == pytest.approx(theirs.p_value, abs=0.04)  # the same numbers, by their definition
    assert paired_bootstrap(one, other) > theirs.p_value
    interval = bootstrap_interval(bleu_sums(second, truth))
    assert (interval.high - interval.low) / 2 == pytest.approx(theirs.ci, rel=0.1)


def test_the_same_system_does_not_differ_from_itself():
    sums = mean_sums([1.0, 0.0, 1.0])
    assert paired_bootstrap(sums, sums) == 1.0, "equal systems do not differ"
    with pytest.raises(ValueError, match="3 examples and 2"):
        paired_bootstrap(sums, mean_sums([1.0, 0.0]))
