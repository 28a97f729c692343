"""The devices of a machine without accelerators are known without an engine."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import pytest

from zoo.training.engines import find_devices


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("null", False), ("nvidia0", True), ("dxg", True), ("kfd", True), ("accel0", True), ("vfio/0", True)],
)
def test_what_files_say_of_accelerators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, wanted: bool):
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    assert find_devices.may_have_accelerators(tmp_path) is wanted


def test_other_systems_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert find_devices.may_have_accelerators(tmp_path)


def test_the_version_is_that_of_the_engine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(find_devices, "may_have_accelerators", lambda: False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    found = find_devices.find_devices("tensorflow")
    assert (found.engine, list(found.accelerators)) == (f"TensorFlow {importlib.metadata.version('tensorflow')}", [])
    assert "tensorflow" not in sys.modules
