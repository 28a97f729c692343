"""Export: a run becomes a bundle, which answers without TensorFlow, and proves that it answers alike.

In: a run. Out: a folder or file of graphs, codecs, settings and a model card, in one of several formats.
"""

from __future__ import annotations

from zoo.export.options import Export, ExportOptions

__all__ = ["Export", "ExportOptions"]
