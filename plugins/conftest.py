"""Shared with the tests of the zoo, because both run in the same process.

Outside this repository a plugin's tests run without it.
"""

from __future__ import annotations

from tests.conftest import two_devices

__all__ = ["two_devices"]
