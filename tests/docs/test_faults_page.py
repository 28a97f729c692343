"""Every fault in the table has a test, and every test that it names exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.documents import ROOT

ROWS = [
    line for line in (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
][1:]


@pytest.mark.parametrize("row", ROWS)
def test_a_fault_is_tested(row: str):
    (place,) = re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)` \|$", row)
    file, _, name = place.partition("::")
    functions = [
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert functions and (not name or name in functions), f"{file} has no {name}"
