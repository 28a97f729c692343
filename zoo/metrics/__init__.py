"""The metrics of each field, as plain functions of Python values. Names are loaded on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.metrics.bootstrap import ExampleSums as ExampleSums
    from zoo.metrics.bootstrap import Interval as Interval
    from zoo.metrics.bootstrap import bleu_sums as bleu_sums
    from zoo.metrics.bootstrap import bootstrap_interval as bootstrap_interval
    from zoo.metrics.bootstrap import mean_sums as mean_sums
    from zoo.metrics.bootstrap import paired_bootstrap as paired_bootstrap
    from zoo.metrics.cider import cider_d as cider_d
    from zoo.metrics.constant_baseline import constant_caption as constant_caption
    from zoo.metrics.corpus_scores import bleu as bleu
    from zoo.metrics.corpus_scores import chrf as chrf
    from zoo.metrics.exact import exact_match as exact_match
    from zoo.metrics.frames import edit_score as edit_score
    from zoo.metrics.frames import frame_metrics as frame_metrics
    from zoo.metrics.frames import segment_f1 as segment_f1
    from zoo.metrics.frames import segments as segments
    from zoo.metrics.labels import accuracy as accuracy
    from zoo.metrics.labels import calibration_error as calibration_error
    from zoo.metrics.labels import confusion_table as confusion_table
    from zoo.metrics.labels import label_metrics as label_metrics
    from zoo.metrics.labels import macro_f1 as macro_f1
    from zoo.metrics.labels import roc_auc as roc_auc
    from zoo.metrics.numbers import label_set_metrics as label_set_metrics
    from zoo.metrics.numbers import number_metrics as number_metrics
    from zoo.metrics.rouge import rouge_l as rouge_l
    from zoo.metrics.texts import caption_metrics as caption_metrics
    from zoo.metrics.texts import sentence_chrf as sentence_chrf
    from zoo.metrics.texts import translation_metrics as translation_metrics

_HOME = {
    "ExampleSums": "bootstrap",
    "Interval": "bootstrap",
    "accuracy": "labels",
    "bleu": "corpus_scores",
    "bleu_sums": "bootstrap",
    "bootstrap_interval": "bootstrap",
    "calibration_error": "labels",
    "caption_metrics": "texts",
    "chrf": "corpus_scores",
    "cider_d": "cider",
    "confusion_table": "labels",
    "constant_caption": "constant_baseline",
    "edit_score": "frames",
    "exact_match": "exact",
    "frame_metrics": "frames",
    "label_metrics": "labels",
    "label_set_metrics": "numbers",
    "macro_f1": "labels",
    "mean_sums": "bootstrap",
    "number_metrics": "numbers",
    "paired_bootstrap": "bootstrap",
    "roc_auc": "labels",
    "rouge_l": "rouge",
    "segment_f1": "frames",
    "segments": "frames",
    "sentence_chrf": "texts",
    "translation_metrics": "texts",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'zoo.metrics' has no attribute {name!r}")
    return getattr(importlib.import_module(f"zoo.metrics.{_HOME[name]}"), name)
