"""A data file of coverage that a killed process left half written does not fail the run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.coverage_data import remove_damaged

coverage = pytest.importorskip("coverage")


def test_whole_files_stay_and_damaged_ones_go(tmp_path: Path):
    whole = tmp_path / ".coverage.whole"
    data = coverage.CoverageData(basename=str(whole))
    data.add_lines({f"/zoo/part{number}.py": range(1, 500) for number in range(40)})
    data.write()
    data.close()
    content = whole.read_bytes()
    (tmp_path / ".coverage.empty").write_bytes(b"")
    (tmp_path / ".coverage.cut").write_bytes(content[: len(content) // 2])
    (tmp_path / ".coverage.name").write_bytes(content.replace(b"/zoo/part7.py", b"/zoo/part\xff.py"))
    zeros = bytearray(content)
    for page in random.Random(0).sample(range(1, len(content) // 4096), 5):
        zeros[4096 * page : 4096 * (page + 1)] = bytes(4096)
    (tmp_path / ".coverage.zeros").write_bytes(zeros)
    remove_damaged(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".coverage.whole"]
    assert whole.read_bytes() == content
