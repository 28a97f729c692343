"""The JSON file that a codec keeps in a run's folder, with a checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.files import read_json, reason, write_atomic

_FORMAT = 1
_LARGEST = 1 << 30
"""Bytes; a vocabulary of ten million long words has less."""


def write_codec(folder: Path, name: str, kind: str, content: Mapping[str, object]) -> None:
    """Write `<name>.json`.

    Args:
        folder: the run's folder.
        name: the codec's role in the task, such as `target`.
        kind: which codec this is.
        content: its learned state, for JSON.
    """
    record = {"codec": kind, "format": _FORMAT, "content": content, "sha256": _checksum(content)}
    write_atomic(folder / f"{name}.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def read_codec(folder: Path, name: str, kind: str, *former: str) -> dict[str, Any]:
    """Read what `write_codec` wrote.

    Args:
        folder: the run's folder.
        name: the codec's role in the task.
        kind: which codec is wanted.
        former: what the kind was called in earlier versions.

    Raises:
        ZooError: missing, damaged, or of another kind; names the file.
    """
    path = folder / f"{name}.json"
    record = read_record(path)
    if record["codec"] not in (kind, *former):
        raise ZooError(f"{path}: holds a {record['codec']} codec, but a {kind} codec is needed")
    return dict(record["content"])


def read_record(path: Path) -> dict[str, Any]:
    """Read a codec's file of any kind, with its checksum compared.

    Raises:
        ZooError: missing or damaged; names the file.
    """
    try:
        record: Any = read_json(path, _LARGEST)
        whole = record["format"] <= _FORMAT and record["sha256"] == _checksum(record["content"])
        kind = record["codec"]
    except OSError as error:
        raise ZooError(f"{path}: cannot be read: {reason(error)}") from error
    except ZooError as error:
        raise ZooError(f"{path}: damaged: {error}") from error
    except Exception as error:
        raise ZooError(f"{path}: damaged: not a saved codec; train the run again") from error
    if record["format"] > _FORMAT:
        raise ZooError(f"{path}: written by a newer zoo (format {record['format']}, this one reads {_FORMAT})")
    if not whole or not isinstance(kind, str):
        raise ZooError(f"{path}: damaged: its checksum does not match; train the run again")
    return dict(record)


def _checksum(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
