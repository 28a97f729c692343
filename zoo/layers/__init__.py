"""Recurrent layers (drop-in replacements of Keras' own, faster) and attention; what Keras does not have."""

from __future__ import annotations

from zoo.backend.types import Tensor
from zoo.layers.attending import Attending, Feedback
from zoo.layers.attention import (
    ATTENTIONS,
    AdditiveAttention,
    Attention,
    AttentionFactory,
    ConcatAttention,
    CoverageAttention,
    DotAttention,
    GeneralAttention,
    HardAttention,
    LocationAttention,
    MonotonicAttention,
    MultiHeadAttention,
    attention_by_name,
    coverage_loss,
)
from zoo.layers.cells import CELLS, CellFactory, cell_by_name
from zoo.layers.connection import Connection
from zoo.layers.dropout import Dropout
from zoo.layers.gru import GRU
from zoo.layers.layer_norm import LayerNormGRUCell, LayerNormLSTMCell
from zoo.layers.lstm import LSTM
from zoo.layers.reinforce import Reinforce
from zoo.layers.simple_rnn import SimpleRNN
from zoo.layers.stack import Stack
from zoo.layers.vocabulary import Vocabulary
from zoo.layers.zoneout import Zoneout
from zoo.ops.draws import Draws, active_draws
from zoo.ops.randomness import ExampleRandomness, example_randomness

__all__ = [
    "ATTENTIONS",
    "CELLS",
    "GRU",
    "LSTM",
    "AdditiveAttention",
    "Attending",
    "Attention",
    "AttentionFactory",
    "ConcatAttention",
    "CellFactory",
    "Connection",
    "CoverageAttention",
    "DotAttention",
    "Draws",
    "Dropout",
    "ExampleRandomness",
    "Feedback",
    "GeneralAttention",
    "HardAttention",
    "LayerNormGRUCell",
    "LayerNormLSTMCell",
    "LocationAttention",
    "MonotonicAttention",
    "MultiHeadAttention",
    "Reinforce",
    "SimpleRNN",
    "Stack",
    "Tensor",
    "Vocabulary",
    "Zoneout",
    "active_draws",
    "attention_by_name",
    "cell_by_name",
    "coverage_loss",
    "example_randomness",
]
