"""Who sets an option of a search strategy means that strategy."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.errors import UsageError
from zoo.settings import Settings, override, resolve, to_yaml

PRESETS = {"wide": {"search": {"beam": 9}}, "cold": {"search.temperature": 0.5}}


def search(*words: str):
    return resolve(Settings, PRESETS, words, task="t").search


def test_an_option_is_enough():
    assert search().strategy == "sample"
    assert (search("search.beam=5").strategy, search("search.beam=5").beam) == ("beam", 5)
    assert search("search.length_penalty=0.6").strategy == "beam"
    assert search("search.top_p=0.9", "search.temperature=2").strategy == "sample"
    assert search("search.no_repeat=3").strategy == "sample"


def test_the_highest_layer_that_says_anything_decides():
    assert search("preset=wide").strategy == "beam"
    assert search("preset=wide", "search.temperature=1").strategy == "sample"
    assert search("preset=cold", "search.strategy=greedy").strategy == "greedy"
    changed = override(resolve(Settings, PRESETS, ["preset=cold"], task="t"), {"search": {"n_best": 2}}, task="t")
    assert (changed.search.strategy, changed.search.temperature) == ("beam", 0.5)


def test_contradictions_are_one_sentence():
    with pytest.raises(UsageError) as caught:
        search("search.beam=5", "search.temperature=0.5")
    assert str(caught.value) == (
        "search.beam=5 and search.temperature=0.5 contradict each other; set search.strategy to beam or sample"
    )
    with pytest.raises(UsageError) as caught:
        search("search.strategy=greedy", "search.beam=5")
    assert str(caught.value) == (
        "search.strategy=greedy and search.beam=5 contradict each other: search.beam is for the strategy beam"
    )


def test_a_file_with_every_setting_of_a_run_is_no_contradiction(tmp_path: Path):
    (tmp_path / "all.yaml").write_text(to_yaml(resolve(Settings, PRESETS, ["preset=wide"], task="t")))
    assert search(f"config={tmp_path / 'all.yaml'}").strategy == "beam"
    (tmp_path / "own.yaml").write_text("search:\n  top_k: 3\n")
    assert search("preset=wide", f"config={tmp_path / 'own.yaml'}").strategy == "sample"
    (tmp_path / "both.yaml").write_text("search:\n  top_k: 3\n  beam: 2\n")
    with pytest.raises(UsageError, match=r"both.yaml:2: search.top_k=3 and search.beam=2 contradict each other"):
        search(f"config={tmp_path / 'both.yaml'}")
    # A plugin's strategy may use any of them.
    assert search("search.strategy=mine", "search.beam=3", "search.top_k=2").strategy == "mine"
