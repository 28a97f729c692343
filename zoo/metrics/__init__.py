"""The metrics of each field, as plain functions of Python values."""

from __future__ import annotations

from zoo.metrics.frames import edit_score, frame_metrics, segment_f1, segments
from zoo.metrics.labels import accuracy, calibration_error, confusion_table, label_metrics, macro_f1, roc_auc

__all__ = [
    "accuracy",
    "calibration_error",
    "confusion_table",
    "edit_score",
    "frame_metrics",
    "label_metrics",
    "macro_f1",
    "roc_auc",
    "segment_f1",
    "segments",
]
