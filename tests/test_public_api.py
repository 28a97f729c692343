"""The interface that plugins may rely on changes only with a line in the changelog."""

from __future__ import annotations

import re

import pytest

from tests.public_api import HEAD, MODULES, RECORD, ROOT, interface, recorded, unnamed_changes

CHANGES = """# Changes

## 0.2.0, unreleased

- `zoo.layers`: `Highway`, for deep stacks.
- `zoo.layers.Stack` takes `residual`; `search.width=3` is new.

## 0.1.0

- `zoo.layers.GRU`, `zoo.load`.
"""
OLD = {
    "zoo.load": "zoo.load(path, task='')",
    "zoo.Run": "zoo.Run()",
    "zoo.Run.predict": "zoo.Run.predict(self, inputs)",
    "zoo.layers.GRU": "zoo.layers.GRU(units)",
    "zoo.layers.Stack": "zoo.layers.Stack(cell)",
    "zoo.layers.Stack.call": "zoo.layers.Stack.call(self, inputs)",
    "zoo.layers.Highway": "zoo.layers.Highway(units)",
    "search.beam": "setting search.beam=5",
}


def test_what_has_changed_is_named_in_the_changelog():
    missing = unnamed_changes(recorded(), interface(), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    message = "Write an item in CHANGELOG.md, below the unreleased version, that names in backticks:"
    assert not missing, "\n  ".join([message, *missing])


def test_the_record_is_what_the_command_wrote():
    text = RECORD.read_text(encoding="utf-8")
    assert text == HEAD + "".join(f"{line}\n" for line in recorded().values())
    assert "zoo.testing.check_task(task, steps=3, **settings)\n" in text
    assert not re.search(r"0x[0-9a-f]{6}", text)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, []),
        ({"zoo.layers.Stack": "zoo.layers.Stack(cell, residual=False)"}, []),
        ({"zoo.layers.Stack.call": "zoo.layers.Stack.call(self, inputs, mask)"}, []),
        ({"search.width": "setting search.width=1"}, []),
        ({"zoo.layers.GRU": "zoo.layers.GRU(units, bias=True)"}, ["`zoo.layers.GRU` was `zoo.layers.GRU(units)`"]),
        ({"zoo.layers.Highway": None}, ["`zoo.layers.Highway` is gone"]),
        ({"zoo.load": "zoo.load(path)"}, ["`zoo.load` was `zoo.load(path, task='')`"]),
        ({"zoo.Run.predict": None}, ["`zoo.Run.predict` is gone"]),
        ({"zoo.layers.Maxout": "zoo.layers.Maxout(units)"}, ["`zoo.layers.Maxout` is new"]),
        ({"search.beam": "setting search.beam=4"}, ["`search.beam` was `setting search.beam=5`"]),
    ],
)  # fmt: skip
def test_only_what_is_named_below_the_unreleased_version_may_change(change, missing):
    new = {key: line for key, line in {**OLD, **change}.items() if line is not None}
    assert unnamed_changes(OLD, new, CHANGES) == missing


def test_something_new_is_named_by_an_item_with_its_module_and_its_name():
    new = {**OLD, "zoo.layers.Highway.call": "zoo.layers.Highway.call(self)"}
    old = {key: line for key, line in OLD.items() if key != "zoo.layers.Highway"}
    assert unnamed_changes(old, new, CHANGES) == []
    assert unnamed_changes(old, new, CHANGES.replace("unreleased", "released")) == ["`zoo.layers.Highway` is new"]


def test_the_guide_names_every_module_of_the_interface():
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(zoo[\w.]*)` \|", guide, re.MULTILINE) == list(MODULES)
