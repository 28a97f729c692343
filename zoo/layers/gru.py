"""GRU: the gated recurrent unit of Cho et al. 2014."""

from __future__ import annotations

import keras

from zoo.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable(package="zoo")
class GRU(Recurrent, keras.layers.GRU):
    """`keras.layers.GRU` made faster: the same arguments, weights (`set_weights` works both ways) and results.

    Args:
        units: the size of the state.
        **kwargs: everything else that `keras.layers.GRU` takes.
    """
