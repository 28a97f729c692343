"""Every run below a folder, described by its own files: no weights are read, and no plugin is imported."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import yaml

from zoo.errors import ZooError
from zoo.files import read_text, reason
from zoo.runs.lock import RunLock
from zoo.runs.manifest import AVERAGED, Manifest, read_manifest

REMOVED = ".removed"
"""The folder beside runs that removed ones are moved to."""
NOTE = "note.txt"
TAIL = 1 << 16
"""Bytes of `metrics.jsonl` that are read at a time, from the end."""
LONGEST_LINE = 1 << 20
"""Longest line, in bytes, that can be an evaluation."""
NOT_COMPARED = ("out", "config", "preset")
"""Settings that say nothing about the training."""
_LINE = re.compile(r"((?:  )*)([A-Za-z_][A-Za-z0-9_]*):(?: ([^ &*!|>%@`{#].*))?")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class RunSummary:
    """What a run's files say about it.

    Attributes:
        path: its folder.
        task: the task's name.
        started: when its training began.
        seconds: of training so far, start-up and evaluations included.
        state: training, finished, interrupted, stopped (it was killed, or failed), averaged, unknown (an older run), or
            damaged.
        step: of the last evaluation.
        metrics: of the best evaluation on the validation split.
        monitor: the metric that decides which is best; empty in older runs.
        more_is_better: whether a higher value of it is better.
        settings: dotted name -> value.
        size: of its files, in bytes.
        note: what the user wrote about it.
        problem: why it is damaged.
    """

    path: Path
    task: str = ""
    started: datetime = datetime.fromtimestamp(0)
    seconds: float = 0.0
    state: str = "damaged"
    step: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    monitor: str = ""
    more_is_better: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    size: int = 0
    note: str = ""
    problem: str = ""

    @property
    def best(self) -> float | None:
        """The best value of the monitored metric."""
        return self.metrics.get(self.monitor or "loss")

    @property
    def rank(self) -> tuple[bool, float]:
        """Sorts runs of a task, the best first; those without a value come last."""
        value = self.best
        if value is None or value != value:
            return True, 0.0
        return False, -value if self.more_is_better else value

    def as_json(self) -> dict[str, object]:
        """The summary as JSON accepts it."""
        return {
            "run": str(self.path),
            "task": self.task,
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": self.seconds,
            "state": self.state,
            "step": self.step,
            "monitor": self.monitor,
            "best": self.best,
            "validation": dict(self.metrics),
            "settings": dict(self.settings),
            "bytes": self.size,
            "note": self.note,
            "problem": self.problem,
        }


def find_runs(root: Path) -> list[RunSummary]:
    """Describe every run below a folder.

    Args:
        root: the folder, or a run's own folder.

    Returns:
        Summaries, the oldest run first; damaged runs have a `problem`.

    Raises:
        ZooError: the folder cannot be read.
    """
    try:
        if not root.is_dir():
            raise ZooError(f"no folder {root}")
        found = [describe_run(folder) for folder in _folders(root)]
    except OSError as error:
        raise ZooError(f"cannot read {root}: {reason(error)}") from error
    return sorted(found, key=lambda run: (run.started.timestamp(), run.path))


def describe_run(folder: Path) -> RunSummary:
    """Describe a run.

    Args:
        folder: of the run.
    """
    try:
        manifest = read_manifest(folder / "run.json")
        settings = flat_settings(folder / "settings.yaml")
        last, best = last_and_best(folder / "metrics.jsonl")
    except (ZooError, OSError) as error:
        return RunSummary(folder, problem=str(error))
    return RunSummary(
        path=folder,
        task=manifest.task,
        started=_started(folder, manifest),
        seconds=_number(last.get("seconds")),
        state=_state(folder, manifest),
        step=int(_number(last.get("step"))),
        metrics=_numbers(best.get("validation")),
        monitor=manifest.monitor.removeprefix("-"),
        more_is_better=bool(manifest.monitor) and not manifest.monitor.startswith("-"),
        settings=settings,
        size=_size(folder),
        note=read_note(folder),
    )


def flat_settings(path: Path) -> dict[str, object]:
    """Read a run's settings.

    Args:
        path: of `settings.yaml`.

    Returns:
        Dotted name -> value.

    Raises:
        ZooError: the file is damaged.
    """
    try:
        text = read_text(path)
        quick = _read_lines(text)
        if quick is not None:
            return quick
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _LOADER)):
            raise ZooError(f"{path} is damaged: it has aliases")
        found = yaml.load(text, _LOADER)
    except FileNotFoundError as error:
        raise ZooError(f"{path.parent} has no {path.name}") from error
    except ZooError:
        raise
    except Exception as error:  # whatever YAML makes of it
        raise ZooError(f"{path} is damaged: {reason(error)}") from error
    if not isinstance(found, dict):
        raise ZooError(f"{path} is damaged: it has no settings")
    return dict(_flat(found, ""))


def differing(runs: Sequence[RunSummary]) -> list[str]:
    """Return the settings that are not the same in all runs, in the order in which they are written.

    Args:
        runs: to compare.
    """
    names = dict.fromkeys(name for run in runs for name in run.settings)
    return [
        name
        for name in names
        if name not in NOT_COMPARED and len({json.dumps(run.settings.get(name), default=str) for run in runs}) > 1
    ]


def last_and_best(path: Path) -> tuple[dict[str, object], dict[str, object]]:
    """Read the last evaluation and the best one, from the end of a file that may be long.

    Args:
        path: of `metrics.jsonl`.

    Returns:
        The two records; empty where there is none.
    """
    last: dict[str, object] = {}
    best: dict[str, object] = {}
    with suppress(FileNotFoundError):
        for line in _lines_backwards(path):
            try:
                record = json.loads(line)
            except Exception:  # cut short by a kill, or damaged
                continue
            if not isinstance(record, dict):
                continue
            last = last or record
            if record.get("best"):
                best = record
                break
    return last, best


def read_note(folder: Path) -> str:
    """Read what the user wrote about a run; empty if nothing."""
    try:
        return read_text(folder / NOTE, limit=1 << 16).strip()
    except (OSError, ZooError):
        return ""


def _folders(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root, followlinks=False):
        if "run.json" in files:
            folders.clear()
            yield Path(place)
        else:
            folders[:] = [name for name in folders if not name.startswith(".")]


def _read_lines(text: str) -> dict[str, object] | None:
    """Read settings whose values each stand on one line, as nearly all do, in a tenth of the time that YAML takes.

    Returns:
        Dotted name -> value; None if the text has anything else.
    """
    found: dict[str, object] = {}
    parts: list[str] = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or len(match[1]) > 2 * len(parts):
            return None
        del parts[len(match[1]) // 2 :]
        name, value = match[2], match[3]
        if value is None:
            parts.append(name)
            continue
        try:
            found[".".join([*parts, name])] = _scalar(value)
        except Exception:  # it goes on in the next line, or is damaged
            return None
    return found or None


@lru_cache(maxsize=10_000)
def _scalar(text: str) -> object:
    return yaml.load(text, _LOADER)


def _flat(values: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """Return the lines of a file, the last first."""
    with path.open("rb") as stream:
        end, rest = stream.seek(0, os.SEEK_END), b""
        while end:
            begin = max(0, end - TAIL)
            stream.seek(begin)
            first, *lines = (stream.read(end - begin) + rest).split(b"\n")
            yield from (line for line in reversed(lines) if line.strip())
            end, rest = begin, first if len(first) < LONGEST_LINE else b""
        if rest.strip():
            yield rest


def _started(folder: Path, manifest: Manifest) -> datetime:
    with suppress(ValueError):
        return datetime.fromisoformat(manifest.started).astimezone()
    return datetime.fromtimestamp((folder / "settings.yaml").stat().st_mtime).astimezone()


def _state(folder: Path, manifest: Manifest) -> str:
    if RunLock(folder).holder():
        return "training"
    if not manifest.ended:
        # Older runs do not say how they ended.
        return "stopped" if manifest.started else "unknown"
    return manifest.ended if manifest.ended in ("interrupted", AVERAGED) else "finished"


def _size(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder, followlinks=False):
        for name in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _numbers(value: object) -> dict[str, float]:
    found: Iterable[tuple[object, object]] = value.items() if isinstance(value, dict) else ()
    return {str(name): float(number) for name, number in found if isinstance(number, (int, float))}
