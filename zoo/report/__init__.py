"""A report: what a trained run has learnt, as one HTML file without links to anywhere.

Runs go in; out come sections, and a page of them. Plugins add sections by the hook `zoo_report`.
"""

from __future__ import annotations

from zoo.report.figures import figures, heat_map, image, table
from zoo.report.section import Section

__all__ = ["Section", "figures", "heat_map", "image", "table"]
