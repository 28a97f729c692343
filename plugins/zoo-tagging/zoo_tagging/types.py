"""Types for annotations."""

from __future__ import annotations

from typing import Any, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of whichever backend Keras runs on."""
