"""Puts fake plugins on the import path of a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import command
from tests.plugins.fake import hide_own_plugins

__all__ = ["command"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A function that makes folders importable, with all that they bring forgotten after the test.

    The plugins of this repository are hidden.
    """
    hide_own_plugins(monkeypatch)

    def install(*folders: Path) -> None:
        for folder in folders:
            monkeypatch.syspath_prepend(str(folder))

    yield install
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
