"""What a sweep is: its task, its fixed settings, its space. Every process that joins it must mean the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.files import read_text, reason, write_atomic
from zoo.settings import setting, to_arguments
from zoo.settings.overrides import Override, from_arguments, from_file, raw_value
from zoo.settings.resolve import build

FILE = "sweep.json"
FORMAT = 1


@dataclass
class SweepOptions:
    """The arguments of `zoo tune` that are not settings of a run."""

    out: str = setting("", "the sweep's folder; by default sweeps/TASK")
    trials: int = setting(20, "how many trials to make, with those of other processes", minimum=1, maximum=1_000_000)
    workers: int = setting(1, "processes that train side by side and share the cores", minimum=1, maximum=1_000)
    minutes: float = setting(
        0.0, "pause after this many minutes; the same command goes on; 0: no limit", minimum=0, maximum=10_000_000
    )
    seeds: int = setting(1, "train each trial with this many seeds; its value is their mean", minimum=1, maximum=1_000)
    sampler: str = setting("tpe", "how settings are drawn; grid: every combination", ("tpe", "random", "grid"))
    prune: str = setting(
        "median",
        "which trials end early: those below the median of earlier ones, or all but a third at evaluations 1, 3, 9, "
        "... (halving)",
        ("median", "halving", "none"),
    )
    warmup: int = setting(1, "evaluations before a trial can end early", minimum=0, maximum=1_000_000)


@dataclass(frozen=True)
class SweepDefinition:
    """What all processes of a sweep agree on; in its folder as `sweep.json`.

    Attributes:
        task: the task's name, the path of its file, or the name of its class.
        settings: that all trials share, as `key=value`.
        over: setting -> what it is searched over.
        seeds: trainings of each trial.
        sampler: how settings are drawn.
        prune: which trials end early.
        warmup: evaluations before a trial can end early.
    """

    task: str
    settings: tuple[str, ...]
    over: Mapping[str, str]
    seeds: int = 1
    sampler: str = "tpe"
    prune: str = "median"
    warmup: int = 1

    @property
    def seed(self) -> int:
        """The seed of the sweep, and of the first training of each trial."""
        text = raw_value(from_arguments(self.settings), "seed") or "0"
        return int(text) if text.isdecimal() else 0  # anything else is refused with the other settings


def read_arguments(arguments: Sequence[str]) -> tuple[SweepDefinition, SweepOptions]:
    """Read the command line of `zoo tune`, and the YAML file that `config=FILE` names.

    Args:
        arguments: `task=NAME`, `over.SETTING=VALUES`, options of the sweep, and settings that all trials share.

    Raises:
        UsageError: no task, an unknown option, or a file that cannot be read.
    """
    given = from_arguments(arguments)
    file = raw_value(given, "config")
    entries = [*(from_file(file) if file else []), *(entry for entry in given if entry.key != "config")]
    task = raw_value(entries, "task")
    if not task:
        raise UsageError("no task given; write zoo tune task=charlm over.model.units=64,128")
    return _divided(task, [entry for entry in entries if entry.key != "task"])


def from_python(
    task: str, over: Mapping[str, object], options: SweepOptions, settings: Mapping[str, object]
) -> SweepDefinition:
    """Describe a sweep that Python code asks for.

    Args:
        task: its name, the path of its file, or the name of its class.
        over: setting -> a text as on the command line, or a sequence of choices.
        options: of the sweep.
        settings: that all trials share, by part.
    """
    return _definition(task, {key: _as_text(value) for key, value in over.items()}, options, to_arguments(settings))


def agree(folder: Path, definition: SweepDefinition) -> None:
    """Write a sweep's definition, or check that the folder holds the same.

    Args:
        folder: of the sweep.
        definition: of this process.

    Raises:
        UsageError: the folder holds another sweep.
        ZooError: it cannot be read or written.
    """
    path = folder / FILE
    if not path.exists():
        write_atomic(path, json.dumps({"format": FORMAT, **asdict(definition)}, indent=2) + "\n")
        return
    before = read_definition(folder)
    for field in fields(SweepDefinition):
        old, new = getattr(before, field.name), getattr(definition, field.name)
        if old != new:
            raise UsageError(
                f"{folder} holds another sweep ({field.name} was {_shown(old)} and is {_shown(new)}); "
                "choose another out="
            )


def read_definition(folder: Path) -> SweepDefinition:
    """Read a sweep's definition.

    Raises:
        ZooError: the folder holds no sweep, or the file is damaged.
    """
    path = folder / FILE
    try:
        found = json.loads(read_text(path))
        if found.pop("format") > FORMAT:
            raise ZooError(f"{folder} was written by a newer version of the zoo; install that version")
        return SweepDefinition(**{**found, "settings": tuple(found["settings"])})
    except FileNotFoundError as error:
        raise ZooError(f"{folder} is not a sweep: it has no {FILE}") from error
    except ZooError:
        raise
    except Exception as error:  # whatever a damaged file makes of it
        raise ZooError(f"{path} is damaged: {reason(error)}") from error


def _divided(task: str, entries: Iterable[Override]) -> tuple[SweepDefinition, SweepOptions]:
    """Divide arguments into the space, the options of the sweep, and the settings of its runs."""
    known = {field.name for field in fields(SweepOptions)}
    over: dict[str, str] = {}
    own: list[Override] = []
    settings: dict[str, object] = {}
    for entry in entries:
        if entry.key.startswith("over."):
            over[entry.key.removeprefix("over.")] = _as_text(entry.value)
        elif entry.key in known:
            own.append(entry)
        else:
            settings[entry.key] = entry.value
    options = build(SweepOptions, own, " of zoo tune")
    return _definition(task, over, options, to_arguments(settings)), options


def _definition(task: str, over: Mapping[str, str], options: SweepOptions, settings: Sequence[str]) -> SweepDefinition:
    return SweepDefinition(task, tuple(settings), over, options.seeds, options.sampler, options.prune, options.warmup)


def _as_text(value: object) -> str:
    return to_arguments({"over": value})[0].partition("=")[2]


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"over.{key}={text}" for key, text in value.items())
    return " ".join(value) or "empty" if isinstance(value, tuple) else str(value)
