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


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "Stack"])
def test_shapes(name):
    from zoo import layers

    def make(units: int = 4):
        return getattr(layers, name)(units=units)

    states = len(make().zero_state(2)[0] if name == "Stack" else make().state_size)
    first, ones = X[:, 0], np.ones((2, 5), bool)
    rank = (
        "it should have 3 axes [batch, time, features]" if name == "Stack" else "it should be [batch, time, features]"
    )
    assert f"(4, 3); {rank}" in message(lambda: make()(X[0]))
    assert "the mask has shape (2, 5); the input's [batch, time] is (2, 4)" in message(lambda: make()(X, mask=ones))
    assert "the mask has shape (2,)" in message(lambda: make()(X, mask=ones[:, 0]))
    wrong = [[first] * states] * 2 if name == "Stack" else [first] * states
    assert "has shape (2, 3); it should be [batch, 4]" in message(lambda: make()(X, initial_state=wrong))
    many = [[first] * 3] * 2 if name == "Stack" else [first] * 3
    assert f"3 initial states were given; it has {states}" in message(lambda: make(3)(X, initial_state=many))


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


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "Stack"])
def test_weights_of_another_shape(name):
    from zoo import layers

    ours, others = (getattr(layers, name)(units=units) for units in (4, 5))
    for layer in (ours, others):
        layer.build(X.shape)
    shape, given = (tuple(layer.get_weights()[0].shape) for layer in (ours, others))
    with pytest.raises(ValueError) as caught:
        ours.set_weights(others.get_weights())
    assert f"shape {shape} is not compatible with provided weight shape {given}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_layers_need_no_tensorflow_by_name():
    """Only files named for TensorFlow say its name: another backend never imports them."""
    from pathlib import Path

    import zoo.layers

    for path in Path(zoo.layers.__file__).parent.glob("*.py"):
        if not path.name.startswith("tensorflow_"):
            assert "import tensorflow\n" not in path.read_text() and "import tensorflow as" not in path.read_text(), (
                path
            )
