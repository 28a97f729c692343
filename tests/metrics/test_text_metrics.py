"""BLEU, chrF, CIDEr-D, ROUGE-L and exact match, against values computed by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.metrics import (
    bleu,
    caption_metrics,
    chrf,
    cider_d,
    constant_caption,
    exact_match,
    rouge_l,
    sentence_chrf,
    translation_metrics,
)
from zoo.metrics.caption_bleu import caption_bleu
from zoo.metrics.caption_words import caption_words

TEXTS = st.lists(st.sampled_from(["a", "dog", "runs", "over", "the", "green", "grass"]), min_size=1, max_size=9).map(
    " ".join
)
PAIRS = st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3)), min_size=1, max_size=6)


def test_bleu_has_a_signature() -> None:
    score = bleu(["The cat sat on the mat."], ["The cat sat on the mat."])
    assert score.value == pytest.approx(100)
    assert score.signature.startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    lower = bleu(["the CAT sat on the mat."], [["The cat sat on the mat.", "A cat."]], lowercase=True)
    assert lower.value == pytest.approx(100) and lower.signature.startswith("nrefs:2|case:lc|")
    # Four words, of which three 1-grams, two 2-grams and one 3-gram are right, and no 4-gram (smoothed: half of one).
    value = bleu(["a b c x"], ["a b c d"], tokenize="none").value
    assert value == pytest.approx(100 * (3 / 4 * 2 / 3 * 1 / 2 * (1 / 2) / 1) ** 0.25)


def test_several_references_of_different_number() -> None:
    score = bleu(["a b c d", "e f g h"], [["x y z w", "a b c d"], "e f g h"], tokenize="none")
    assert score.value == pytest.approx(100) and score.signature.startswith("nrefs:var|")


def test_chrf() -> None:
    score = chrf(["the cat"], [["a dog", "the cat"]])
    assert score.value == pytest.approx(100) and score.signature.startswith("nrefs:2|case:mixed|eff:yes|nc:6|nw:0|")
    assert chrf(["xyz"], ["abc"]).value == 0
    assert "nw:2" in chrf(["the cat"], ["the cat"], word_order=2).signature


def test_exact_match() -> None:
    assert exact_match(["a  b ", "x", "c"], ["a b", ["y", "x"], "C"]) == pytest.approx(2 / 3)


def test_caption_words() -> None:
    assert caption_words("A dog's ball , it is RED!") == ["a", "dog's", "ball", "it", "is", "red"]
    assert caption_words("Два пса; 猫") == ["два", "пса", "猫"]


def test_caption_bleu_by_hand() -> None:
    # 1-grams: "the" three times, but no reference has more than two of it: 2 + 1 of 4; 2-grams: "the cat" alone of 3.
    values = caption_bleu(["the the the cat"], [["the cat on the mat", "a cat is there"]])
    assert values[0] == pytest.approx(100 * 3 / 4)
    assert values[1] == pytest.approx(100 * math.sqrt(3 / 4 * 1 / 3))
    assert values[2:] == [0, 0]
    # Too short by two against the nearer reference of six words: exp(1 - 6 / 4).
    short = caption_bleu(["a b c d"], [["a b c d e f", "a b c d e f g h"]])
    assert short == pytest.approx([100 * math.exp(1 - 6 / 4)] * 4)
    # As near to three words as to five: the shorter one counts, and nothing is taken off.
    assert caption_bleu(["a b c d"], [["a b c", "a b c d e"]]) == pytest.approx([100] * 4)
    assert caption_bleu([""], ["a b"]) == [0, 0, 0, 0]


def test_caption_bleu_is_of_the_corpus() -> None:
    values = caption_bleu(["a b", "c d e f"], ["a b", "c x e y"], order=2)
    assert values == pytest.approx([100 * 4 / 6, 100 * math.sqrt(4 / 6 * 1 / 4)])


def test_cider_by_hand() -> None:
    # Two images: every word is in the references of one of them, and weighs log 2.
    references = [["a b", "a c"], ["x y"]]
    # Against "a b": all 1-grams and the 2-gram: (1 + 1 + 0 + 0) / 4. Against "a c": one of two words: (1 / 2) / 4.
    first = 10 * (2 / 4 + (1 / 2) / 4) / 2
    # "x" against "x y": cosine 1 / sqrt(2), one word too short.
    second = 10 * (1 / math.sqrt(2)) / 4 * math.exp(-1 / 72)
    assert cider_d(["a b", "x"], references) == pytest.approx((first + second) / 2)


def test_cider_clips_and_leaves_common_words_out() -> None:
    references = [["the dog"], ["the cat"]]
    # "the" is in all references and weighs nothing; "dog dog" is clipped: min(2, 1) * 1 / (2 * 1); the 2-gram
    # "dog dog" is unknown, and "the dog" is not in it.
    value = cider_d(["dog dog", "the"], references)
    assert value == pytest.approx((10 * (1 / 2) / 4 + 0) / 2)
    assert cider_d(["a dog"], [["a dog"]]) == 0, "of a single image nothing is special"


def test_rouge_by_hand() -> None:
    # "police the" is no subsequence of it, "police gunman" is one: 3 of 4 and 3 of 4 words.
    assert rouge_l(["police killed the gunman"], ["police the a gunman"]) == pytest.approx(3 / 4)
    # Precision 2 / 2 and recall 2 / 4.
    weighted = (1 + 1.44) * 1 * 0.5 / (0.5 + 1.44 * 1)
    assert rouge_l(["a b"], ["a x b y"]) == pytest.approx(weighted)
    # The best precision (of the first) and the best recall (of the second).
    assert rouge_l(["a b c d"], [["a b c x y z", "a b"]]) == pytest.approx(2.44 * 0.75 * 1 / (1 + 1.44 * 0.75))
    assert rouge_l(["", "a"], ["b", ""]) == 0


@tried(100)
@given(PAIRS)
def test_ranges_and_the_best(pairs: list[tuple[str, list[str]]]) -> None:
    hypotheses, references = [one for one, _ in pairs], [texts for _, texts in pairs]
    assert all(0 <= value <= 100 for value in caption_bleu(hypotheses, references))
    assert 0 <= cider_d(hypotheses, references) <= 10 + 1e-9
    assert 0 <= rouge_l(hypotheses, references) <= 1
    copied = [texts[0] for texts in references]
    assert rouge_l(copied, references) == pytest.approx(1)
    assert exact_match(copied, references) == 1
    assert caption_bleu(copied, references)[0] == pytest.approx(100)
    singles = [[one] for one in copied]
    assert cider_d(copied, singles) >= cider_d(hypotheses, singles) - 1e-9


def test_all_by_name() -> None:
    metrics, notes = translation_metrics(["The cat sat here today.", "no"], [("the cat sat here today.",), ("no",)])
    assert set(metrics) == {"bleu", "chrf", "exact"} and metrics["exact"] == 0.5
    assert [note.split("|")[0] for note in notes] == ["BLEU nrefs:1", "chrF nrefs:1"]
    lower, _ = translation_metrics(["The cat sat here today."], ["the cat sat here today."], lowercase=True)
    assert lower["bleu"] == pytest.approx(100)
    captions = caption_metrics(["a b c d", "e f g h"], [("a b c d", "x"), ("e f g h",)])
    assert list(captions) == ["bleu1", "bleu2", "bleu3", "bleu4", "chrf", "cider", "rouge", "exact"]
    assert captions["bleu4"] == pytest.approx(100) and captions["rouge"] == captions["exact"] == 1
    assert sentence_chrf("the cat", ["a dog", "the cat"]) == pytest.approx(100)
    assert sentence_chrf("the cat", "a dog") < 20


def test_wrong_numbers() -> None:
    for metric in (bleu, chrf, exact_match, caption_bleu, cider_d, rouge_l):
        with pytest.raises(ValueError, match="1 hypotheses and 2 references"):
            metric(["a"], ["a", "b"])
        with pytest.raises(ValueError, match="nothing to compare"):
            metric([], [])
        with pytest.raises(ValueError, match="a hypothesis has no reference"):
            metric(["a"], [[]])


def test_the_best_single_caption_is_the_one_with_the_highest_bleu() -> None:
    truth = [
        ["a dog runs over the green grass", "the dog runs"],
        ["a dog runs over the snow", "one dog in the snow"],
        ["a cat sleeps on the red sofa", "a cat on the sofa"],
        ["a dog runs over the street", "a dog and a car"],
    ]
    always = constant_caption(truth)
    values = {text: caption_bleu([text] * 4, truth)[3] for texts in truth for text in texts}
    assert values[always] == max(values.values()) and always.startswith("a dog runs over the")
    assert constant_caption(["yes", "no"]) in ("yes", "no")


@tried(30)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_no_other_reference_without_a_word_twice_is_a_better_single_caption(truth: list[list[str]]) -> None:
    def value(text: str) -> float:
        return caption_bleu([text] * len(truth), truth)[3]

    once = [[text for text in texts if len(set(text.split())) == len(text.split())] for texts in truth]
    if all(once):
        truth = once
        best = max(value(text) for texts in truth for text in texts)
        if best > 0:
            assert value(constant_caption(truth)) == pytest.approx(best)
