"""The version of the plugin contract, which `zoo.hookspecs` writes down."""

from __future__ import annotations

ZOO_API = 1
