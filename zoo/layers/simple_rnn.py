"""SimpleRNN: the vanilla RNN of Elman 1990."""

from __future__ import annotations

import keras

from zoo.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="zoo")
class SimpleRNN(Recurrent, keras.layers.SimpleRNN):
    """`keras.layers.SimpleRNN` made faster: the same arguments, weights (`set_weights` works both ways) and results.

    Args:
        units: the size of the state.
        **kwargs: everything else that `keras.layers.SimpleRNN` takes.
    """
