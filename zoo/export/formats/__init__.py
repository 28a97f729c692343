"""What a bundle's graphs are written as: ONNX, SavedModel, LiteRT, or arrays with a file of NumPy.

In: the functions of a run. Out: files in a folder, and what computes with them, to compare it with the run.
"""

from __future__ import annotations

from zoo.export.formats.bundle_format import BundleFormat
from zoo.export.options import FORMATS


def make_format(name: str, length: int = 0) -> BundleFormat:
    """Make a format by its name.

    Args:
        name: one of `zoo.export.options.FORMATS`.
        length: positions of a source, where a format has graphs of fixed shapes.
    """
    assert name in FORMATS, name
    if name == "savedmodel":
        from zoo.export.formats.savedmodel import SavedModelFormat

        return SavedModelFormat()
    if name == "litert":
        from zoo.export.formats.litert import LiteRTFormat

        return LiteRTFormat(length)
    if name == "numpy":
        from zoo.export.formats.numpy_arrays import NumpyFormat

        return NumpyFormat()
    from zoo.export.formats.onnx_graphs import OnnxFormat

    return OnnxFormat()
