"""What a model says where a batch has no weight counts nowhere, be it NaN: not in losses, metrics and gradients."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops, tree

from zoo.backend.types import Nest, Tensor
from zoo.layers import Reinforce
from zoo.topology import LanguageModel, ManyToMany, ManyToOne, OneToMany, OneToOne, Synced
from zoo.topology.types import TensorBatch

JAX = keras.backend.backend() == "jax"
ROWS, STEPS, CLASSES = 3, 5, 4
WEIGHTS = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 0]], "float32")  # [B, T]
BAD = np.array([np.nan, np.inf, -np.inf, np.nan], "float32")


def draw(*shape: int) -> np.ndarray:
    return np.sin(np.arange(np.prod(shape), dtype="float32") * 1.3).reshape(shape)


def value_and_gradient(compute: Callable[[Tensor], Nest], values: np.ndarray) -> list[np.ndarray]:
    """All results of `compute(values)`, and the gradient of their sum."""

    def total(values: Tensor) -> tuple[Tensor, list[Tensor]]:
        results = tree.flatten(compute(values))
        return sum(ops.sum(one) for one in results), results

    if JAX:
        import jax

        (_, results), gradient = jax.value_and_grad(total, has_aux=True)(ops.convert_to_tensor(values))
    else:
        import tensorflow as tf

        values = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(values)
            loss, results = total(values)
        gradient = tape.gradient(loss, values)
    return [ops.convert_to_numpy(ops.convert_to_tensor(one)) for one in [*results, gradient]]


def check(compute: Callable[[Tensor], Nest], weights: np.ndarray, size: int = CLASSES) -> None:
    shown = weights[..., None] > 0
    logits = draw(*weights.shape, size)
    expected = value_and_gradient(compute, np.where(shown, logits, 0.0).astype("float32"))
    found = value_and_gradient(compute, np.where(shown, logits, np.resize(BAD, size)).astype("float32"))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.isfinite(found[-1]).all() and found[-1].any() and not found[-1][weights == 0].any()


BATCH = {
    "source": np.zeros((ROWS, STEPS), "int32"),
    "source_mask": WEIGHTS,
    "previous": np.zeros((ROWS, STEPS), "int32"),
    "target": np.arange(ROWS * STEPS, dtype="int32").reshape(ROWS, STEPS) % CLASSES,
    "weights": WEIGHTS,
    "tokens": np.zeros((ROWS, STEPS), "int32"),
    "reset": np.array([0, 1, 0], "float32"),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("topology", [Synced, ManyToMany, OneToMany, LanguageModel])
def test_topologies_of_sequences(topology: type, training: bool) -> None:
    made = topology()
    batch = {name: ops.convert_to_tensor(value) for name, value in BATCH.items()}
    if topology in (ManyToMany, OneToMany):
        made.label_smoothing = 0.1

    def compute(logits: Tensor) -> Nest:
        said = {
            Synced: lambda *_, **__: logits,
            LanguageModel: lambda *_, **__: (logits, []),
        }.get(topology, lambda *_, **__: {"logits": logits})
        return made.forward(said, batch, [], training)[0]

    check(compute, WEIGHTS)


@pytest.mark.parametrize("topology", [ManyToOne, OneToOne])
def test_topologies_of_rows(topology: type) -> None:
    weights = np.array([1, 0, 1], "float32")
    batch = {name: ops.convert_to_tensor(value) for name, value in BATCH.items()}
    batch |= {"target": ops.convert_to_tensor(np.array([1, 2, 0], "int32")), "weights": ops.convert_to_tensor(weights)}

    class Says(topology):  # type: ignore[misc, valid-type]
        def logits(self, model: Tensor, batch: TensorBatch, training: bool) -> Tensor:
            return model

    check(lambda logits: Says().forward(logits, batch, [], True)[0], weights)


def test_a_carried_state_that_is_reset() -> None:
    seen = []

    def model(tokens: Tensor, states: Nest, training: bool) -> tuple[Tensor, Nest]:
        seen.append(states)
        return ops.zeros((ROWS, STEPS, CLASSES)), states

    batch = {name: ops.convert_to_tensor(value) for name, value in BATCH.items()}
    state = np.full((ROWS, 2), np.nan, "float32")
    state[[0, 2]] = 1
    LanguageModel().forward(model, batch, [ops.convert_to_tensor(state)], True)
    np.testing.assert_array_equal(ops.convert_to_numpy(seen[0][0]), [[1, 1], [0, 0], [1, 1]])


@pytest.mark.parametrize("expects", [False, True])
def test_reinforce(expects: bool) -> None:
    rewards = np.array([1.0, -2.0, np.nan], "float32")  # the last row has no weight
    layer = Reinforce()
    layer.build((None,))

    def compute(made: Tensor) -> Tensor:
        given = SimpleNamespace(log_probability=made[:, :, 0], entropy=made[:, :, 1], expected=made[:, :, 2])
        return layer(
            rewards, given.log_probability, given.entropy, WEIGHTS, expected=given.expected if expects else None
        ) + ops.sum(ops.where(WEIGHTS[:, :, None] > 0, made, 0.0))

    check(compute, WEIGHTS, 3)
    layer(rewards, WEIGHTS, WEIGHTS, WEIGHTS, training=True)
    layer(rewards, WEIGHTS, WEIGHTS, WEIGHTS, training=True)
    np.testing.assert_allclose(layer.baseline, -0.5)
