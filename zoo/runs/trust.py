"""Remembers the task files that a user has run on this machine; they run again without asking."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import read_text, write_atomic


def remember(code: bytes, origin: Path) -> None:
    """Remember code that the user has run.

    Args:
        code: of a file.
        origin: the path of the file, from whose folder it imports its neighbours.
    """
    with suppress(ZooError, UnicodeEncodeError):  # a home folder that cannot be written to: the user will be asked
        write_atomic(_record(code), f"{origin.resolve()}\n")


def recall(code: bytes) -> Path | None:
    """Return the file that the code was run from on this machine, or None."""
    try:
        return Path(read_text(_record(code)).rstrip("\n"))
    except (FileNotFoundError, ZooError):
        return None


def _record(code: bytes) -> Path:
    import platformdirs

    return platformdirs.user_data_path("seqzoo", appauthor=False) / "trusted" / hashlib.sha256(code).hexdigest()
