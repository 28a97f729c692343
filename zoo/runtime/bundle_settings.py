"""The settings of a run that its bundle keeps: those that decide what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.settings import Settings, setting
from zoo.settings.fields import part


@dataclass
class BundleTextSettings:
    """How a language model reads and ends texts."""

    document: str = setting("file", "what a document is: a whole file, or a line, which ends a text", ("file", "line"))


@dataclass
class BundleSettings(Settings):
    """The settings of a bundle of a built-in topology."""

    text: BundleTextSettings = part(BundleTextSettings)
