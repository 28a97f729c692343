"""`zoo plugins` imports the plugins only where something has changed since all of them worked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins.fake import GOOD_CELLS, write_plugin
from zoo.plugins import Plugins, PluginStatus
from zoo.plugins.kept_statuses import plugin_statuses


@pytest.fixture
def good(tmp_path: Path, installed: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The source of the only plugin beside the zoo's own tasks."""
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    folder = write_plugin(tmp_path, "good-dist", {"good_cells.py": GOOD_CELLS}, plugins="cells = good_cells")
    installed(folder)
    return folder / "good_cells.py"


def ask(loaded: list[str]) -> dict[str, PluginStatus]:
    """The statuses by the plugin's name; `loaded` gets a line where the plugins were loaded for them."""

    class Watched(Plugins):
        def load_all(self) -> list[PluginStatus]:
            loaded.append("loaded")
            return super().load_all()

    return {status.info.name: status for status in plugin_statuses(Watched())}


def test_plugins_that_worked_are_not_loaded_again(good: Path):
    loaded: list[str] = []
    first = ask(loaded)
    assert loaded == ["loaded"] and first["cells"].adds == {"cells": ("good",)}
    second = ask(loaded)
    assert loaded == ["loaded"]
    assert {name: (one.hooks, one.adds, one.disabled) for name, one in second.items()} == {
        name: (one.hooks, one.adds, one.disabled) for name, one in first.items()
    }


def test_what_has_changed_is_loaded_again(
    good: Path, tmp_path: Path, installed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    loaded: list[str] = []
    ask(loaded)
    good.write_text(good.read_text().replace('"good"', '"better"'))
    del sys.modules["good_cells"]
    assert ask(loaded)["cells"].adds == {"cells": ("better",)}
    installed(write_plugin(tmp_path, "other-dist", {"other_cells.py": GOOD_CELLS}, plugins="other = other_cells"))
    assert "other" in ask(loaded)
    monkeypatch.setenv("ZOO_DISABLE", "other")
    assert ask(loaded)["other"].disabled
    assert len(loaded) == 4


def test_what_is_broken_is_never_kept(good: Path):
    good.write_text("raise ValueError('not today')")
    loaded: list[str] = []
    for _ in range(2):
        assert "not today" in ask(loaded)["cells"].cause
    assert len(loaded) == 2


@pytest.mark.parametrize("content", [b"", b"[]", b'{"key": 1}', b"\xff"])
def test_a_damaged_file_is_as_none(good: Path, tmp_path: Path, content: bytes):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "plugins.json").write_bytes(content)
    loaded: list[str] = []
    assert ask(loaded)["cells"].hooks == ("zoo_cells",)
    ask(loaded)
    assert loaded == ["loaded"]


def test_one_kind_is_loaded_alone(good: Path, tmp_path: Path, installed: Callable[..., None]):
    devices = '''
        """A device."""
        import zoo

        def calm(device, rows, cores, gpus):
            return zoo.DevicePlan("cpu", 1, 1, "calm")

        @zoo.hookimpl
        def zoo_devices():
            return {"calm": calm}
    '''
    installed(write_plugin(tmp_path, "calm-dist", {"calm_device.py": devices}, plugins="calm = calm_device"))
    assert list(Plugins().load_kind("devices")) == ["calm"]
    assert "good_cells" not in sys.modules
