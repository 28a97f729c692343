"""The version of the plugin interface, which `zoo.hookspecs` defines."""

from __future__ import annotations

ZOO_API = 1
