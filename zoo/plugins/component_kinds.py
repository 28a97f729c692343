"""The kinds of components that plugins add: their hooks, and the names that the zoo itself uses."""

from __future__ import annotations

OURS = "seqzoo"
COMPONENT_HOOKS = {
    "cells": "zoo_cells",
    "attentions": "zoo_attentions",
    "strategies": "zoo_strategies",
    "data": "zoo_data",
    "callbacks": "zoo_callbacks",
    "vectors": "zoo_vectors",
    "backbones": "zoo_backbones",
    "devices": "zoo_devices",
    "hubs": "zoo_hubs",
    "reports": "zoo_report",
}
SETTING_OF = {
    "cells": "model.cell",
    "attentions": "model.attention",
    "strategies": "search.strategy",
    "data": "data",
    "callbacks": "train.callbacks",
    "vectors": "text.vectors",
    "backbones": "model.backbone",
    "devices": "device",
}  # of the kinds that a setting names
# Reserved names. They are listed here because looking them up would import Keras; a test compares them.
BUILT_IN = {
    "cells": ("rnn", "lstm", "gru", "lnlstm", "lngru"),
    "attentions": (
        "none",
        "additive",
        "bahdanau",
        "dot",
        "general",
        "luong",
        "concat",
        "location",
        "multihead",
        "coverage",
        "monotonic",
        "hard",
    ),
    "strategies": ("greedy", "sample", "beam"),
    "data": (
        "stdlib",
        "tinyshakespeare",
        "multi30k",
        "tatoeba",
        "rotten-tomatoes",
        "sst2",
        "imdb",
        "flickr8k",
        "gesture-phase",
        "mnist",
        "mnist-10k",
    ),
    "callbacks": ("tensorboard", "csv"),
    "vectors": (),
    "backbones": (),
    "devices": ("auto", "cpu", "gpu", "workers", "tpu"),
    "hubs": (),
    "reports": (),
}

_SINGULAR = {
    "strategies": "strategy",
    "data": "data source",
    "vectors": "collection of word vectors",
    "reports": "section of reports",
}


def singular(kind: str) -> str:
    """Return the word for one component of a kind: `cell` for `cells`."""
    return _SINGULAR.get(kind, kind.removesuffix("s"))
