"""Cells by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import keras

from zoo.layers.gru import GRU
from zoo.layers.layer_norm import LayerNormGRUCell, LayerNormLSTMCell
from zoo.layers.lstm import LSTM
from zoo.layers.simple_rnn import SimpleRNN
from zoo.lookup import by_name

CellFactory = Callable[..., keras.layers.Layer]
"""Called as `factory(units, **arguments)`; returns a Keras recurrent layer or a Keras cell."""

CELLS: Mapping[str, CellFactory] = {
    "rnn": SimpleRNN,
    "lstm": LSTM,
    "gru": GRU,
    "lnlstm": LayerNormLSTMCell,
    "lngru": LayerNormGRUCell,
}


def cell_by_name(name: str, extra: Mapping[str, CellFactory] | None = None) -> CellFactory:
    """Find a cell.

    Args:
        name: a built-in cell or one of `extra`.
        extra: cells that plugins brought, by name.

    Returns:
        The factory.

    Raises:
        UsageError: if the name is unknown; lists the known ones.
    """
    return by_name("cell", name, CELLS, extra)
