"""What the section about the data says of them."""

from __future__ import annotations

from collections import Counter

from zoo.report.data_section import drawn_examples


def test_classes_in_turn_are_all_seen():
    """Labels that alternate are drawn alike: evenly spaced examples would all have the first."""
    examples = [{"target": ("good", "bad")[place % 2]} for place in range(12_000)]
    counts = Counter(example["target"] for example in drawn_examples(examples, 500))
    assert counts.total() == 500 and min(counts["good"], counts["bad"]) > 200
    assert drawn_examples(examples[:7], 500) == examples[:7]
    stream = dict.fromkeys(range(600))  # sized, but no sequence
    assert drawn_examples(stream, 500) == list(range(500))  # type: ignore[arg-type, comparison-overlap]
