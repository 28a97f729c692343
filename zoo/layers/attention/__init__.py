"""Attention over any memory `[B, S, D]`, masked; every mechanism gives its alignment `[B, T, S]`."""

from __future__ import annotations

from zoo.layers.attention.additive import AdditiveAttention
from zoo.layers.attention.attention import Attention
from zoo.layers.attention.dot import DotAttention
from zoo.layers.attention.general import GeneralAttention
from zoo.layers.attention.names import ATTENTIONS, attention_by_name

__all__ = [
    "ATTENTIONS",
    "AdditiveAttention",
    "Attention",
    "DotAttention",
    "GeneralAttention",
    "attention_by_name",
]
