"""The report of a benchmark: machine, versions, and a Markdown table."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Say = Callable[[str], None]
"""Takes a line of the report."""


@dataclass
class Report:
    """A table that grows line by line.

    Args:
        title: the heading.
        packages: distributions whose versions matter.
        columns: the names of the columns.
        say: receives each line.
        notes: sentences between machine and table.
    """

    title: str
    packages: Sequence[str]
    columns: Sequence[str]
    say: Say
    notes: Sequence[str] = ()
    rows: list[dict[str, object]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for text in (f"# {self.title}", machine(self.packages), *self.notes):
            self._tell(text)
            self._tell("")
        self._tell(_line(self.columns))
        self._tell("|" + "---|" * len(self.columns))

    def add(self, row: Mapping[str, object]) -> None:
        """Add a row: numbers or texts by column; one that is None, or not there, shows as a dash."""
        self.rows.append(dict(row))
        self._tell(_line(["-" if row.get(name) is None else str(row[name]) for name in self.columns]))

    def write(self, path: Path) -> None:
        """Write the table to a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")

    def _tell(self, line: str) -> None:
        self.lines.append(line)
        self.say(line)


def machine(packages: Sequence[str]) -> str:
    """Describe the machine, Python, and the packages that are installed."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in described if "model name" in line), model)
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{os.cpu_count()} cores of {model}; Python {platform.python_version()}, {', '.join(found)}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
