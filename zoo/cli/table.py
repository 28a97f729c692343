"""Plain-text tables with aligned columns; on a terminal, the last column is wrapped."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

from zoo.cli.console import echo


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table to standard output.

    Args:
        header: names of the columns.
        rows: the cells, each one line of text.
    """
    everything = [list(header), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in everything) for column in range(len(header) - 1)]
    indent = sum(widths) + 2 * len(widths)
    room = shutil.get_terminal_size().columns - indent if sys.stdout.isatty() else 0
    for row in everything:
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(row[:-1], widths, strict=True))
        lines = textwrap.wrap(row[-1], room) if room > 20 else [row[-1]]
        for index, line in enumerate(lines or [""]):
            echo(f"{start if index == 0 else ' ' * indent}{line}".rstrip())
