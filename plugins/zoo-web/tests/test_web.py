"""The files are those of the npm package, and their licence is with them."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import zoo_web


def test_every_file_is_what_it_was():
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in zoo_web.runtime_files().items()}
    assert found == zoo_web.FILES
    assert "MIT License" in zoo_web.runtime_files()["LICENSE"].read_text()


def test_the_version_is_that_of_the_distribution():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert project["version"] == zoo_web.VERSION
    assert zoo_web.VERSION in zoo_web.runtime_files()["ort.wasm.min.mjs"].read_text()[:400]
