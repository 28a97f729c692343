"""The command `zoo`: one file per subcommand."""

from __future__ import annotations

from zoo.cli.program import main

__all__ = ["main"]
