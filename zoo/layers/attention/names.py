"""Attention mechanisms by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Attention
from zoo.layers.attention.concat import ConcatAttention
from zoo.layers.attention.coverage import CoverageAttention
from zoo.layers.attention.dot import DotAttention
from zoo.layers.attention.general import GeneralAttention
from zoo.layers.attention.hard import HardAttention
from zoo.layers.attention.location import LocationAttention
from zoo.layers.attention.monotonic import MonotonicAttention
from zoo.layers.attention.multihead import MultiHeadAttention
from zoo.lookup import by_name

AttentionFactory = Callable[..., Attention]
"""Called as `factory(units, **arguments)`; returns an `Attention`."""

ATTENTIONS: Mapping[str, AttentionFactory | None] = {
    "none": None,
    "additive": AdditiveAttention,
    "bahdanau": AdditiveAttention,
    "dot": DotAttention,
    "general": GeneralAttention,
    "luong": GeneralAttention,
    "concat": ConcatAttention,
    "location": LocationAttention,
    "multihead": MultiHeadAttention,
    "coverage": CoverageAttention,
    "monotonic": MonotonicAttention,
    "hard": HardAttention,
}


def attention_by_name(name: str, extra: Mapping[str, AttentionFactory] | None = None) -> AttentionFactory | None:
    """Find an attention mechanism.

    Args:
        name: a built-in mechanism or one of `extra`.
        extra: mechanisms that plugins brought, by name.

    Returns:
        The factory; None for `none`, a decoder without attention.

    Raises:
        UsageError: if the name is unknown; lists the known ones.
    """
    return by_name("attention", name, ATTENTIONS, extra)
