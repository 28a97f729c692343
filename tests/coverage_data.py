"""What processes leave that are killed while coverage writes down the lines they reached: it is removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, trylast=True)  # within pytest-cov's, which combines the files of all processes
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    result = yield
    config = session.config
    if config.pluginmanager.hasplugin("_cov") and not hasattr(config, "workerinput"):
        remove_damaged(config.rootpath)
    return result


def remove_damaged(folder: Path) -> None:
    """Remove the data files that cannot be read: coverage writes without a journal, and would fail at one of them.

    Args:
        folder: in which `.coverage.*` lie.
    """
    for file in folder.glob(".coverage.*"):
        if not _is_whole(file):
            file.unlink(missing_ok=True)


def _is_whole(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            if database.execute("pragma integrity_check").fetchall() != [("ok",)]:
                return False
            for table in ("meta", "file", "context", "line_bits", "arc", "tracer"):
                database.execute(f"select * from {table}").fetchall()
    except (sqlite3.Error, UnicodeError):
        return False
    return True
