"""The names of a plugin's components, read from its source."""

from __future__ import annotations

import ast

import pytest

from zoo.plugins.stated_names import stated_names

HOOK = "@zoo.hookimpl\ndef zoo_cells():\n"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (HOOK + "    return {'a': A, 'b': B}", {"a", "b"}),
        (HOOK + "    from x import A\n    def inner():\n        return 3\n    return {'a': A}", {"a"}),
        ("NAME = 'a'\n" + HOOK + "    return {NAME: A}", {"a"}),
        ("CELLS = {'a': A}\n" + HOOK + "    return CELLS", {"a"}),
        (HOOK + "    return {}", set()),
        ("import zoo\nfrom keras import layers", set()),
        ("@zoo.hookimpl\ndef zoo_data():\n    return {'a': A}", set()),
    ],
)
def test_names_that_the_source_tells(source, names):
    found = stated_names(ast.parse(source), "zoo_cells")
    assert found.complete and set(found.names) == names


@pytest.mark.parametrize(
    "source",
    [
        HOOK + "    return dict(a=A)",
        HOOK + "    return {'a': A, **more}",
        HOOK + "    return {name: A for name in NAMES}",
        HOOK + "    if x:\n        return {'a': A}\n    return {}",
        "CELLS = {'a': A}\nCELLS['b'] = B\n" + HOOK + "    return CELLS",
        "CELLS = {'a': A}\nCELLS.update(b=B)\n" + HOOK + "    return CELLS",
        "CELLS = {'a': A}\nCELLS |= OTHERS\n" + HOOK + "    return CELLS",
        "from mine.hooks import zoo_cells",
        "from mine.hooks import cells as zoo_cells",
        "from mine.hooks import *",
        "@zoo.hookimpl(specname='zoo_cells')\ndef cells():\n    return {'a': A}",
        "globals()['zoo_cells'] = make()",
        "if True:\n    def zoo_cells():\n        return {'a': A}",
    ],
)
def test_what_only_an_import_tells_is_not_guessed(source):
    assert not stated_names(ast.parse(source), "zoo_cells").complete


def test_a_name_is_summed_up_by_what_it_stands_for():
    module = '"""Module."""\nclass A:\n    """A cell.\n\n    More."""\n'
    source = module + HOOK + "    'The hook.'\n    return {'a': A, 'b': B}"
    assert stated_names(ast.parse(source), "zoo_cells").names == {"a": "A cell.", "b": "The hook."}
