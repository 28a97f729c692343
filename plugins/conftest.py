"""What the tests of the plugins share with those of the zoo, as they run in the same process.

Outside this repository a plugin's tests run without it.
"""

from __future__ import annotations

from tests.conftest import two_devices

__all__ = ["two_devices"]
