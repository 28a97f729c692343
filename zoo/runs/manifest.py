"""`run.json`: the task of a run, and what the run was trained with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import read_text, reason, write_atomic

FORMAT = 1
AVERAGED = "averaged"
"""How a run ended that `zoo average` made."""


@dataclass(frozen=True)
class Manifest:
    """The contents of `run.json`.

    Attributes:
        task: the task's name.
        file: the path of the Python file with the task, as given; empty for a plugin's task.
        code: name of the copy of that file in the run's folder; empty if there is none.
        settings: checksum of `settings.yaml`.
        versions: package -> version at training time.
        data: split -> fingerprint of its examples.
        columns: role -> name of the table column used in training.
        paths: setting -> its path, `absolute` and `relative` to the run's folder.
        reasons: setting -> why its value was chosen from the data.
        start: weight -> what it took from the run named by `train.start`.
        started: when the training began, as ISO 8601; empty in older runs.
        monitor: the validation metric that decides which weights are best, with a `-` before it if less is better.
        ended: why the training ended, a name of `StopReason` in lower case; empty until it ends.
        machine: on which it began.
        format: version of the folder's format.
    """

    task: str
    file: str = ""
    code: str = ""
    settings: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)
    started: str = ""
    monitor: str = ""
    ended: str = ""
    machine: str = ""
    format: int = FORMAT


def read_manifest(path: Path) -> Manifest:
    """Read a run's manifest.

    Args:
        path: of `run.json`.

    Returns:
        The manifest, without unknown entries.

    Raises:
        ZooError: the file is missing or damaged, or was written by a newer version.
    """
    try:
        found = json.loads(read_text(path))
    except FileNotFoundError as error:
        raise ZooError(f"{path.parent} is not a run: it has no {path.name}") from error
    except ZooError:
        raise
    except Exception as error:  # whatever json makes of it
        raise ZooError(f"{path} is damaged: {reason(error)}") from error
    if not isinstance(found, dict) or not isinstance(found.get("task"), str):
        raise ZooError(f"{path} is damaged: it names no task")
    if not isinstance(found.get("format"), int):
        raise ZooError(f"{path} is damaged: it has no format")
    if found["format"] > FORMAT:
        raise ZooError(f"{path.parent} was written by a newer version of the zoo; install that version")
    known = {entry.name for entry in fields(Manifest)}
    for name, value in found.items():
        if name in known - {"format"} and not _is_valid(name, value):
            raise ZooError(f"{path} is damaged: its '{name}' is not what a run writes")
    return Manifest(**{name: value for name, value in found.items() if name in known})


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a run's manifest.

    Raises:
        ZooError: it cannot be written; an older one is untouched.
    """
    write_atomic(path, json.dumps(asdict(manifest), indent=2) + "\n")


def _is_valid(name: str, value: object) -> bool:
    if name == "paths":
        return _is_table(value, lambda found: _is_table(found, lambda text: isinstance(text, str)))
    if name in ("versions", "data", "columns", "reasons", "start"):
        return _is_table(value, lambda text: isinstance(text, str))
    if name == "code":
        # It must name a file inside the folder.
        return isinstance(value, str) and value == Path(value).name
    return isinstance(value, str)


def _is_table(value: object, check: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) and check(found) for key, found in value.items())
