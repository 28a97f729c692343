"""The progress of downloads: a bar on a terminal, a line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

Advance = Callable[[int], None]
Watch = Callable[[str, int, int], AbstractContextManager[Advance]]

watching: ContextVar[Watch | None] = ContextVar("watching", default=None)
"""Shows downloads instead of `watch`, for example when another bar is on the screen."""


@contextmanager
def watch(title: str, done: int, total: int) -> Iterator[Advance]:
    """Show a download on standard error.

    Args:
        title: the file and its source.
        done: bytes already received.
        total: total bytes; 0 if unknown.

    Yields: A function to call with the number of further bytes.
    """
    other = watching.get()
    if other is not None:
        with other(title, done, total) as advance:
            yield advance
        return
    if not sys.stderr.isatty():
        print(f"{title}{f', {in_words(total)}' if total else ''}", file=sys.stderr, flush=True)
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=12), DownloadColumn())
    with Progress(*columns, console=Console(file=sys.stderr, highlight=False), transient=True) as progress:
        bar = progress.add_task(title, total=total or None, completed=done)
        yield lambda count: progress.advance(bar, count)


def in_words(size: int) -> str:
    """Write a number of bytes for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
