"""The command `zoo`: one file a command."""

from __future__ import annotations

from zoo.cli.program import main

__all__ = ["main"]
