"""What the wheel holds, and that it works outside the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from this checkout without going to the network."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(REPOSITORY)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    (path,) = out.glob("*.whl")
    return path


def test_top_level_names(wheel):
    assert wheel.name.startswith("seqzoo-")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"zoo", "zoo_tasks"}
    assert {"zoo/py.typed", "zoo_tasks/py.typed", "zoo_tasks/charlm/__init__.py"} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".ipynb")) or "/runs/2" in name]


def test_every_package_of_the_checkout_is_in_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.endswith(".py")}
    sources = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "zoo").rglob("*.py")}
    sources |= {path.relative_to(REPOSITORY / "tasks").as_posix() for path in (REPOSITORY / "tasks").rglob("*.py")}
    assert sources == packed


def test_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(path).decode())
        points = archive.read(path.replace("METADATA", "entry_points.txt")).decode()
    assert (metadata["Name"], metadata["License-Expression"]) == ("seqzoo", "MIT")
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.14"}
    assert {"gpu", "bench", "dev"} <= set(metadata.get_all("Provides-Extra"))
    assert "zoo = zoo.cli:main" in points
    assert "charlm = zoo_tasks.charlm" in points


def test_it_works_unpacked_elsewhere(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from zoo.cli import main; main(['list'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert re.search(r"^charlm +seqzoo 0", done.stdout, re.MULTILINE), done.stderr
