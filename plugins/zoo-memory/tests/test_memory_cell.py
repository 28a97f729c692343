"""The cell and its layer: against a plain reference, step by step and whole, and what a hard one draws and learns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from zoo.layers import Draws, ExampleRandomness, Stack, Tensor
from zoo_memory import ntm, ntm_dense, ntm_hard
from zoo_memory.cell import NeuralTuringCell
from zoo_memory.heads import draw
from zoo_memory.layer import NeuralTuringMachine

ROWS, STEPS, INPUTS, UNITS, PLACES, WIDTH = 3, 5, 4, 6, 5, 3
SMALL = {"places": PLACES, "width": WIDTH}


def sequences(rows: int = ROWS, steps: int = STEPS) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, steps, INPUTS)).astype("float32")


def loud(layer: NeuralTuringMachine) -> NeuralTuringMachine:
    """Give a layer weights so large that its heads go about."""
    layer.build((None, None, INPUTS))
    draw_weights = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(draw_weights.normal(size=weight.shape))
    return layer


def softplus(value: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(value))


def sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))


def softmax(value: np.ndarray) -> np.ndarray:
    return np.exp(value) / np.exp(value).sum()


def reference(cell: NeuralTuringCell, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Run the equations of the paper over one row [T, D]: outputs [T, U], weightings [T, H, N]."""
    kernel, bias, head_kernel, head_bias, read_kernel = (weight.numpy().astype(float) for weight in cell.weights)
    memory, read = np.zeros((PLACES, WIDTH)), np.zeros(cell.reads * WIDTH)
    output, kept = np.zeros(UNITS), np.zeros(UNITS)
    weightings = np.tile(np.eye(PLACES)[0], (cell.heads, 1))  # [H, N]
    outputs, looked = [], []
    for frame in inputs.astype(float):
        if cell.controller == "lstm":
            gates = np.concatenate([frame, read, output]) @ kernel + bias
            enters, keeps, new, leaves = np.split(gates, 4)
            kept = sigmoid(keeps) * kept + sigmoid(enters) * np.tanh(new)
            hidden = sigmoid(leaves) * np.tanh(kept)
        else:
            hidden = np.tanh(np.concatenate([frame, read]) @ kernel + bias)
        told = hidden @ head_kernel + head_bias
        steering = told[: -2 * WIDTH].reshape(cell.heads, -1)
        erase, add = told[-2 * WIDTH : -WIDTH], told[-WIDTH:]
        after = []
        for head, before in zip(steering, weightings, strict=True):
            key, strength, gate = head[:WIDTH], softplus(head[WIDTH]), sigmoid(head[WIDTH + 1])
            sharpness, shifts = 1 + softplus(head[WIDTH + 2]), softmax(head[WIDTH + 3 :])
            lengths = np.sqrt((memory**2).sum(1) + 1e-3) * np.sqrt((key**2).sum() + 1e-3)
            content = softmax(strength * (memory @ key) / lengths)
            between = gate * content + (1 - gate) * before
            moved = sum(share * np.roll(between, shift) for share, shift in zip(shifts, (-1, 0, 1), strict=True))
            sharp = (moved + 1e-6) ** sharpness
            after.append(sharp / sharp.sum())
        weightings = np.stack(after)
        memory = memory * (1 - np.outer(weightings[0], sigmoid(erase))) + np.outer(weightings[0], add)
        read = np.stack([weighting @ memory for weighting in weightings[1:]], 1).reshape(-1)  # [M R]
        output = hidden + read @ read_kernel
        outputs.append(output)
        looked.append(weightings)
    return np.stack(outputs), np.stack(looked)


@pytest.mark.parametrize("controller", ["lstm", "dense"])
@pytest.mark.parametrize("reads", [1, 2])
def test_the_equations_of_the_paper(controller: str, reads: int):
    layer = loud(NeuralTuringMachine(UNITS, reads=reads, controller=controller, return_sequences=True, **SMALL))
    inputs = sequences()
    outputs = np.asarray(layer(inputs))
    states, looked = [layer.get_initial_state(ROWS)], []
    for time in range(STEPS):
        _, after = layer.cell(inputs[:, time], states[-1])
        states.append(after)
        looked.append(np.asarray(layer.cell.weightings(after[-1])))
    for row in range(ROWS):
        wanted, weightings = reference(layer.cell, inputs[row])
        np.testing.assert_allclose(outputs[row], wanted, atol=2e-4)
        np.testing.assert_allclose(np.stack(looked, 1)[row], weightings, atol=2e-4)
    assert np.ptp(np.argmax(np.stack(looked, 1), -1)) > 0, "no head has moved: nothing was compared"


@pytest.mark.parametrize("make", [ntm, ntm_dense, ntm_hard])
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_steps_give_the_numbers_of_the_sequence(make: Callable[..., NeuralTuringMachine], policy: str):
    stack = Stack(lambda units, **more: make(units, **SMALL, **more), layers=2, units=UNITS, dtype=policy)
    inputs = sequences()
    outputs, finals = stack(inputs)
    states, stepped = stack.zero_state(ROWS), []
    for time in range(STEPS):
        output, states = stack.step(inputs[:, time], states)
        stepped.append(np.asarray(output, "float32"))
    tolerance = 1e-5 if policy == "float32" else 0.05
    np.testing.assert_allclose(np.stack(stepped, 1), np.asarray(outputs, "float32"), atol=tolerance)
    assert [[one.shape for one in state] for state in states] == [[one.shape for one in state] for state in finals]


def test_padding_leaves_the_memory_as_it_is():
    layer = loud(ntm(UNITS, return_state=True, **SMALL))
    inputs = sequences()
    mask = np.arange(STEPS)[None] < np.array([[STEPS], [2], [3]])
    for row, length in enumerate((STEPS, 2, 3)):
        alone = layer(inputs[row : row + 1, :length])
        together = layer(inputs, mask=mask)
        for ours, theirs in zip(together, alone, strict=True):
            np.testing.assert_allclose(np.asarray(ours)[row], np.asarray(theirs)[0], atol=1e-5)


@pytest.mark.parametrize("make", [ntm, ntm_dense, ntm_hard])
def test_a_layer_is_made_again_of_its_configuration(make: Callable[..., NeuralTuringMachine]):
    layer = loud(make(UNITS, reads=2, return_sequences=True, **SMALL))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    again.build((None, None, INPUTS))
    again.set_weights(layer.get_weights())
    np.testing.assert_allclose(np.asarray(again(sequences())), np.asarray(layer(sequences())), atol=1e-6)


def test_states_of_another_s_making_are_a_start():
    layer = loud(ntm(UNITS, return_sequences=True, **SMALL))
    wild = [np.random.default_rng(2).normal(size=(ROWS, size)).astype("float32") for size in layer.state_size]
    assert np.isfinite(np.asarray(layer(sequences(), initial_state=wild))).all()


@pytest.mark.parametrize(("words", "message"), [({"controller": "gru"}, "unknown contr"), ({"places": 2}, "too small")])
def test_what_cannot_be_made_is_said(words: dict[str, Any], message: str):
    from zoo import UsageError

    with pytest.raises(UsageError, match=message):
        NeuralTuringCell(UNITS, **words)


# Hard heads


def test_places_are_drawn_as_often_as_the_weighting_says():
    weighting = np.array([[0.5, 0.0, 0.2, 0.3, 0.0]], "float32")
    numbers = np.random.default_rng(0).random((20_000, 1)).astype("float32")
    drawn = np.asarray(draw(np.repeat(weighting[None], 20_000, 0), numbers))[:, 0]
    assert (drawn.sum(-1) == 1).all()
    error = np.sqrt(weighting[0] * (1 - weighting[0]) / 20_000)
    assert (np.abs(drawn.mean(0) - weighting[0]) <= 4.5 * error).all()
    ends = np.asarray(draw(np.repeat(weighting[None], 2, 0), np.array([[0.0], [1.0]], "float32")))[:, 0]
    assert ends.argmax(-1).tolist() == [0, 3]


def test_a_hard_head_is_at_one_place_when_it_answers():
    layer = loud(ntm_hard(UNITS, return_state=True, **SMALL))
    looked = np.asarray(layer.cell.weightings(layer(sequences())[-1]))
    assert set(np.unique(looked)) == {0.0, 1.0} and (looked.sum(-1) == 1).all()


def test_what_is_drawn_belongs_to_the_example():
    layer = loud(ntm_hard(UNITS, return_sequences=True, **SMALL))
    inputs = np.repeat(sequences(1), 8, 0)

    def train(first: int, last: int, key: int = 1) -> np.ndarray:
        with Draws() as draws, ExampleRandomness(key, first):
            outputs = layer(inputs[first:last], training=True)
        assert draws
        return np.asarray(outputs)

    whole = train(0, 8)
    for first, last in ((0, 4), (4, 8), (3, 6)):
        np.testing.assert_allclose(train(first, last), whole[first:last], atol=1e-6)
    assert len(np.unique(whole[:, -1, 0].round(5))) > 2
    assert (train(0, 8, key=2) != whole).any()


def test_nobody_to_learn_from_nothing_drawn():
    hard, soft = (loud(make(UNITS, return_sequences=True, **SMALL)) for make in (ntm_hard, ntm))
    np.testing.assert_allclose(
        np.asarray(hard(sequences(), training=True)), np.asarray(soft(sequences(), training=True)), atol=1e-6
    )


def test_the_expected_gradient_is_that_of_all_places_enumerated():
    """One step of two heads over three places, whose answer depends on both: nine pairs, against many drawn ones."""
    import tensorflow as tf

    places, rows, parts = 3, 4000, 20
    layer = NeuralTuringMachine(UNITS, places=places, width=2, hard=True, soft_share=0.0, return_sequences=True)
    loud(layer)
    layer.reinforce.entropy_weight = 0.3
    cell, inputs = layer.cell, sequences(1, 1)
    # A memory that is not empty, so that it matters what is read, and weightings that leave a choice.
    start = [np.random.default_rng(3).normal(size=(1, size)).astype("float32") for size in cell.state_size]
    start[-1] = np.array([[-0.6, 0.3, 0.3, -0.7, 0.4, 0.3]], "float32")
    for weight in (cell.head_kernel, cell.head_bias):
        weight.assign(weight * 0.3)
    weights = [weight.value for weight in layer.trainable_weights]

    def losses(outputs: Tensor) -> Tensor:  # [B, U] -> [B]
        return tf.math.softplus(tf.reduce_sum(outputs * tf.range(1.0, UNITS + 1), -1))

    with tf.GradientTape() as tape:
        soft_cell = NeuralTuringCell(UNITS, places=places, width=2)
        soft_cell.build((None, INPUTS))
        soft_cell.set_weights(cell.get_weights())
        soft = np.asarray(soft_cell.weightings(soft_cell(inputs[:, 0], start)[1][-1]))[0]  # [H, N]
        middle = np.cumsum(soft, -1) - soft / 2  # [H, N]: a number that draws each place
        pairs = [(middle[0, i], middle[1, j], 1.0) for i in range(places) for j in range(places)]
        given = np.concatenate([np.repeat(inputs[:, 0], 9, 0), np.array(pairs, "float32")], 1)
        outputs, states = cell(given, [*(np.repeat(part, 9, 0) for part in start), np.zeros((9, 2), "float32")])
        chances = tf.exp(states[-1][:, 0])
        expected = tf.reduce_sum(chances * losses(outputs)) - 0.3 * states[-1][0, 1]
    np.testing.assert_allclose(tf.reduce_sum(chances), 1, atol=1e-4)
    exact = [np.asarray(gradient) for gradient in tape.gradient(expected, weights)]

    found: list[list[np.ndarray]] = []
    repeated = [np.repeat(part, rows, 0) for part in start]
    for part in range(parts):
        with tf.GradientTape() as tape, Draws() as draws, ExampleRandomness(7, part * rows):
            drawn = losses(layer(np.repeat(inputs, rows, 0), initial_state=repeated, training=True)[:, 0])
            loss = tf.reduce_sum(drawn) + draws.loss(drawn, tf.ones_like(drawn))
        found.append([np.asarray(gradient) / rows for gradient in tape.gradient(loss, weights)])
    compared = 0
    for place, gradient in enumerate(exact):
        samples = np.stack([one[place] for one in found])
        error = samples.std(0, ddof=1) / np.sqrt(parts)
        assert (np.abs(samples.mean(0) - gradient) < 5 * error + 1e-4).all(), weights[place]
        compared += int((np.abs(gradient) > 10 * error).sum())
    assert compared > 20, "the gradients are too small to be told from noise"
    assert np.isfinite(ops.convert_to_numpy(layer.reinforce.baseline))
