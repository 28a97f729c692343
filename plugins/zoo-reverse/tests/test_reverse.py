"""The task keeps the promises of a task, and its words are what it says."""

from __future__ import annotations

import pytest

import zoo
from zoo.plugins import Plugins
from zoo.testing import check_task
from zoo_reverse import Reverse, ReverseSettings


def test_promises_are_kept():
    check_task(Reverse, examples=100, model={"units": 8}, batch={"size": 16}, device={"replicas": 1})


def test_it_is_found_by_its_name():
    assert Plugins().load_task("reverse") is Reverse


def test_no_word_stands_in_two_splits():
    task = Reverse(ReverseSettings(examples=500, letters=4))
    splits = [[example["source"] for example in examples] for _, examples in task.data().items()]
    words = sum(splits, [])
    assert all(splits) and len(words) == len(set(words))
    assert {len(word) for word in words} == {2, 3, 4}


def test_words_of_a_text(tmp_path):
    (tmp_path / "words.txt").write_text("so it goes\nand so on and on")
    settings = ReverseSettings()
    settings.data.source = str(tmp_path / "words.txt")
    found = {example["target"] for _, examples in Reverse(settings).data().items() for example in examples}
    assert found == {"os", "ti", "seog", "dna", "no"}


def test_a_text_that_is_not_there(tmp_path):
    with pytest.raises(zoo.ZooError, match="nowhere.txt"):
        zoo.run(Reverse, data=str(tmp_path / "nowhere.txt"), out=str(tmp_path / "run"))


@pytest.mark.slow
def test_words_that_it_has_never_seen(tmp_path):
    run = zoo.run(Reverse, out=str(tmp_path / "run"))
    exact = run.evaluate("test")["exact"]
    print(f"\nreverse: {exact:.3f} of the held-out words after {run.metrics[-1]['step']} steps")
    assert exact > 0.97
    assert run.predict(["tomato", "zoo"]) == ["otamot", "ooz"]
