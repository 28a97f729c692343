"""Bad input: one clear sentence."""

from __future__ import annotations

import numpy as np
import pytest

from zoo.errors import UsageError

X = np.zeros((2, 4, 3), "float32")


def message(call) -> str:
    with pytest.raises(UsageError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_shapes():
    from zoo.layers import LSTM, Stack

    assert "(4, 3); it should be [batch, time, features]" in message(lambda: LSTM(3)(X[0]))
    assert "(4, 3); it should have 3 axes" in message(lambda: Stack(units=3)(X[0]))
    assert "mask has shape (2, 5)" in message(lambda: LSTM(3)(X, mask=np.ones((2, 5), bool)))
    assert "mask has shape (2, 5)" in message(lambda: Stack(units=3)(X, mask=np.ones((2, 5), bool)))
    assert "1 initial states were given; it has 2" in message(lambda: LSTM(3)(X, initial_state=[X[:, 0]]))
    assert "should be [batch, 4]" in message(lambda: LSTM(4)(X, initial_state=[X[:, 0], X[:, 0]]))


def test_names():
    from zoo.layers import Stack, cell_by_name

    assert message(lambda: cell_by_name("lstmm")).startswith("unknown cell 'lstmm'; did you mean 'lstm'?")
    assert "known: gru, lngru, lnlstm, lstm, mine, rnn" in message(lambda: cell_by_name("zzz", {"mine": object}))
    assert "did you mean 'residual'" in message(lambda: Stack(connection="residul"))
    assert "at least one layer, not 0" in message(lambda: Stack(layers=0))
    assert "made 3" in message(lambda: Stack(lambda units, dtype: 3))


def test_a_bidirectional_stack_cannot_step():
    from zoo.layers import Stack

    stack = Stack(units=3, bidirectional=True)
    stack(X)
    assert "cannot step" in message(lambda: stack.step(X[:, 0], stack.zero_state(2)))


def test_weights_of_another_shape():
    import keras

    from zoo.layers import LSTM

    ours, theirs = LSTM(4), keras.layers.LSTM(5)
    ours.build(X.shape)
    theirs.build(X.shape)
    with pytest.raises(ValueError, match=r"shape \(3, 16\) is not compatible with provided weight shape \(3, 20\)"):
        ours.set_weights(theirs.get_weights())


def test_the_layers_need_no_tensorflow_by_name():
    """Only files named for TensorFlow say its name: another backend never imports them."""
    from pathlib import Path

    import zoo.layers

    for path in Path(zoo.layers.__file__).parent.glob("*.py"):
        if not path.name.startswith("tensorflow_"):
            assert "import tensorflow\n" not in path.read_text() and "import tensorflow as" not in path.read_text(), (
                path
            )
