"""What the characters of a text are part of, and the correlations of units with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.report.neurons.features import FEATURES, text_features, token_features
from zoo.report.neurons.following import correlations, follow


def marked(text: str, feature: str) -> str:
    """The characters of a text that have a feature; dots for the others."""
    values = text_features(text)[:, FEATURES.index(feature)]
    return "".join(letter if value > 0 else "." for letter, value in zip(text, values, strict=True))


@pytest.mark.parametrize(
    ("feature", "text", "wanted"),
    [
        ("inside quotes", "a = 'b' + \"c\" # 'd'", "....'b'...\"c\"......"),
        ("inside quotes", "it's don't", ".........."),
        ("inside quotes", "'''a\n'b''' c", "'''a\n'b'''.."),
        ("inside quotes", "'a\\'b' c", "'a\\'b'.."),
        ("inside quotes", "'open\nnext", "'open\n...."),
        ("inside a comment", "a # b ' c\nd // e\nf", "..# b ' c\n..// e\n."),
        ("inside a comment", "a /* b\nc */ d", "../* b\nc */.."),
        ("inside brackets", "f(a[0]) + ')' + {x}", ".(a[0]).........{x}"),
        ("in indentation", "  a b\n\tc", "  ....\t."),
        ("word end", "two words_1 ", "..o.......1."),
        ("word beginning", "two words", "t...w...."),
        ("line end", "ab\ncd", ".b\n.d"),
        ("capital letter", "aB", ".B"),
        ("digit", "a1", ".1"),
    ],
)
def test_the_features_of_a_text(feature, text, wanted):
    assert marked(text, feature) == wanted


def test_depth_and_place():
    values = text_features("((a))\nbc")
    assert values[:, FEATURES.index("bracket depth")].tolist() == [0.25, 0.5, 0.5, 0.5, 0.25, 0, 0, 0]
    assert values[:, FEATURES.index("place in line")].tolist() == pytest.approx(
        [0, 1 / 80, 2 / 80, 3 / 80, 4 / 80, 5 / 80, 0, 1 / 80]
    )


@given(st.text(st.sampled_from("ab'\"\\()[]#/*\n \r\u2028"), max_size=60))
def test_any_text_has_features(text):
    values = text_features(text)
    assert values.shape == (len(text), len(FEATURES))
    assert ((values >= 0) & (values <= 1)).all()


def test_tokens_are_described_by_their_last_character():
    values = token_features(["ab ", "(", "", "c)"])
    inside = values[:, FEATURES.index("inside brackets")]
    assert inside.tolist() == [0, 1, 1, 1]
    assert token_features(["", ""]).shape == (2, len(FEATURES))


def test_the_unit_that_follows_a_feature_comes_first_and_chance_stays_below():
    draw = np.random.default_rng(1)
    text = 'x = "some words" + y\n' * 60
    features = np.stack([text_features(text)] * 2)  # [2, T, F]
    units = draw.normal(size=(*features.shape[:2], 8)).astype("float32")
    units[..., 5] -= 3 * features[..., FEATURES.index("inside quotes")]
    untrained = [draw.normal(size=units.shape).astype("float32")]
    rows = {row.feature: row for row in follow([units[..., :3], units[..., 3:]], features, untrained)}
    best = rows["inside quotes"]
    assert best.units[0][:2] == (1, 2)
    assert best.units[0][2] == pytest.approx(
        np.corrcoef(units[..., 5].ravel(), features[..., 1].ravel())[0, 1], abs=1e-4
    )
    assert abs(best.units[0][2]) > 0.7 > 0.3 > best.untrained
    assert "digit" not in rows  # there is none in the text
    assert rows["word end"].chance < 0.2


def test_constant_units_follow_nothing():
    found = correlations([np.ones((1, 50, 2))], np.random.default_rng(0).normal(size=(1, 50, 3)))
    assert found.shape == (2, 3) and not found.any()
