"""LSTM: long short-term memory, Hochreiter and Schmidhuber 1997."""

from __future__ import annotations

import keras

from zoo.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="zoo")
class LSTM(Recurrent, keras.layers.LSTM):
    """`keras.layers.LSTM` made faster: the same arguments, weights (`set_weights` works both ways) and results.

    Args:
        units: the size of the state.
        **kwargs: everything else that `keras.layers.LSTM` takes.
    """
