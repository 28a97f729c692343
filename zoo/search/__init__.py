"""Search: how a decoder that steps chooses its tokens, written once for every generator."""

from __future__ import annotations

from zoo.search.generator import Generator
from zoo.search.stepper import Stepper

__all__ = ["Generator", "Stepper"]
