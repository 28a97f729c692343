"""What the operations of TensorFlow become in ONNX: importing this package fills `zoo.export.conversion.HANDLERS`."""

from __future__ import annotations

from zoo.export.operations import control, elementwise, neural, recurrent, reductions, shapes

__all__ = ["control", "elementwise", "neural", "recurrent", "reductions", "shapes"]
