"""Bad data get a line with the setting to change; good data get none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from zoo.advice.data import advise_on_data, swapped_share
from zoo.codecs import Codec, LabelCodec, text_codec
from zoo.data import Splits
from zoo.settings import Settings

Rows = Sequence[dict[str, str]]
NOUNS = ("dog", "cat", "house", "tree", "road", "river")
NOMS = ("chien", "chat", "maison", "arbre", "route", "fleuve")


def pairs(count: int, seed: int = 0) -> Rows:
    """Sentences of three words with a number, and their translations."""
    draw, rows = random.Random(seed), []
    for number in range(count):
        words = [draw.randrange(len(NOUNS)) for _ in range(3)]
        rows.append(
            {
                "source": " ".join(["the", str(number % 10), *(NOUNS[word] for word in words)]),
                "target": " ".join(["le", str(number % 10), *(NOMS[word] for word in words)]),
            }
        )
    return list({(row["source"], row["target"]): row for row in rows}.values())


def reviews(count: int, bad: int) -> Rows:
    return [
        {"source": f"text {number % 50} {number // 50}", "target": "bad" if number < bad else "good"}
        for number in range(count)
    ]


def advice(train: Rows, validation: Rows = (), length: int = 64, unit: str = "word", **text: Any) -> list[str]:
    settings = Settings()
    settings.batch.length = length
    labels = train[0]["target"] in ("good", "bad")
    codecs: dict[str, Codec] = {
        "source": text_codec(unit, **text),
        "target": LabelCodec() if labels else text_codec(unit, **text),
    }
    for role, codec in codecs.items():
        codec.fit([row[role] for row in train])
    return advise_on_data(Splits(train, validation), codecs, settings)


def test_good_data_get_no_advice():
    rows = pairs(1000)
    assert advice(rows[:700], rows[700:]) == []
    assert advice(reviews(1000, 480), [{"source": f"text text {n % 50}", "target": "good"} for n in range(100)]) == []


def test_few_validation_rows():
    rows = pairs(600)
    (line,) = advice(rows[:-40], rows[-40:])
    assert line.startswith("only 40 validation rows") and "data.validation=0.2" in line


def test_training_rows_in_validation():
    rows = pairs(600)
    (line,) = advice(rows[:400], rows[350:450])
    assert line.startswith("50% of the validation rows are training rows") and "duplicates" in line


def test_one_class_in_nearly_all_rows():
    (line,) = advice(reviews(500, 490))
    assert line.startswith("98% of the labels are 'bad'") and "macro F1" in line


def test_source_equal_to_target():
    rows = pairs(500)
    for row in rows[:100]:
        row["target"] = row["source"]
    (line,) = advice(rows)
    assert "source and target are the same text" in line and "data.target_column" in line


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_languages_swapped_in_part_of_the_rows(share):
    rows = pairs(500)
    turned = round(share * len(rows))
    for row in rows[:turned]:
        row["source"], row["target"] = row["target"], row["source"]
    found = swapped_share([(row["source"], row["target"]) for row in rows])
    assert found == pytest.approx(turned / len(rows), rel=0.2)
    (line,) = advice(rows)
    assert "the languages are swapped" in line


def test_texts_that_are_cut():
    (line, other) = advice(pairs(500), length=4)
    assert "batch.length=4 cuts 100% of the source texts: batch.length=7" in line and "target" in other


def test_a_vocabulary_with_too_few_words():
    train, held_out = pairs(500), pairs(200, seed=1)
    for row in held_out:
        row["source"] += " unheard of"
    (line,) = advice(train, held_out)
    assert "of the source words in validation are not in the vocabulary" in line and "text.unit=piece" in line


def test_a_vocabulary_with_too_many_words():
    rows = [
        {"source": f"a{number} b{number} c{number}", "target": "good" if number % 2 else "bad"} for number in range(500)
    ]
    (line,) = advice(rows)
    assert "is large for 1,500 running tokens" in line and "text.unit=piece text.vocabulary=" in line
