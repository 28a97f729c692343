"""Random numbers that belong to the example: any replica draws its slice of the same whole."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.mark.parametrize("kernel", ["philox", "hashed"])
@pytest.mark.parametrize("columns", [1, 4, 7, 50])
@pytest.mark.parametrize("first", [0, 1, 5])
def test_rows_are_a_slice_of_the_whole(kernel, columns, first):
    import keras

    from zoo.backend.generic import uniform as hashed_uniform
    from zoo.backend.tensorflow import uniform

    draw = uniform if kernel == "philox" else hashed_uniform
    whole = keras.ops.convert_to_numpy(draw(11, 2, 0, 9, columns))
    part = keras.ops.convert_to_numpy(draw(11, 2, keras.ops.convert_to_tensor(first), 4, columns))
    np.testing.assert_array_equal(part, whole[first : first + 4])


@pytest.mark.parametrize("kernel", ["philox", "hashed"])
def test_numbers_are_uniform_and_differ_by_key_site_and_row(kernel):
    from zoo.backend.generic import uniform as hashed_uniform
    from zoo.backend.tensorflow import uniform

    draw = uniform if kernel == "philox" else hashed_uniform
    values = np.asarray(draw(3, 0, 0, 200, 100))
    assert values.min() >= 0 and values.max() < 1
    assert abs(values.mean() - 0.5) < 0.01 and abs(values.std() - 12**-0.5) < 0.01
    assert len(np.unique(values)) > 19_900
    for other in (draw(4, 0, 0, 200, 100), draw(3, 1, 0, 200, 100), draw(3, 0, 200, 200, 100)):
        assert abs(np.corrcoef(values.ravel(), np.asarray(other).ravel())[0, 1]) < 0.03


def test_dropout_by_example():
    from zoo.layers import Dropout, ExampleRandomness

    ones = np.ones((6, 5, 3), "float32")
    first, second = Dropout(0.4), Dropout(0.4, noise_shape=(None, 1, None))

    def draw(rows, first_row, key=7):
        with ExampleRandomness(key, first_row):
            return first(rows, training=True).numpy(), second(rows, training=True).numpy()

    whole, variational = draw(ones, 0)
    for part, full in zip(draw(ones[2:5], 2), (whole, variational), strict=True):
        np.testing.assert_array_equal(part, full[2:5])
    np.testing.assert_allclose(np.unique(whole), [0, 1 / 0.6], rtol=1e-6)
    assert (variational == variational[:, :1]).all()
    assert (whole != draw(ones, 0, key=8)[0]).any()
    np.testing.assert_array_equal(first(ones), ones)


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_dropout_inside_a_cell_by_example(kind):
    from zoo import layers

    inputs = np.random.default_rng(0).normal(size=(4, 3, 5)).astype("float32")
    layer = getattr(layers, kind)(6, dropout=0.5, recurrent_dropout=0.5)

    def run(rows, first_row):
        with layers.ExampleRandomness(1, first_row):
            return layer(rows, training=True)

    whole = run(inputs, 0)
    np.testing.assert_allclose(run(inputs[2:], 2), whole[2:], atol=1e-6)
    assert np.abs(whole - layer(inputs)).max() > 1e-3


def test_outside_a_scope_it_is_the_dropout_of_keras():
    from zoo.layers import Dropout
    from zoo.ops.randomness import example_randomness

    assert example_randomness() is None
    values = Dropout(0.5, seed=1)(np.ones((50, 50), "float32"), training=True).numpy()
    assert 0.4 < (values == 0).mean() < 0.6
