"""What a layer draws inside any model learns from how well the row came out."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import ops

from zoo.backend.types import Tensor
from zoo.topology import Topology

ROWS, STEPS, CLASSES = 6, 4, 3


class Drawing(keras.layers.Layer):
    """Draws one of two additions a row, and keeps the rewards that it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[np.ndarray, np.ndarray]] = []

    def build(self, shape):
        self.preference = self.add_weight(shape=(1,), initializer="zeros", name="preference")

    def call(self, inputs, training=False):
        from zoo.layers import active_draws

        scope = active_draws()
        if training and scope is not None:
            chance = ops.log_sigmoid(self.preference)  # [1]

            def learn(rewards, weights):
                self.received.append((np.asarray(rewards), np.asarray(weights)))
                return -ops.sum(rewards * weights) * chance[0]

            scope.add(learn)
        return inputs


def rows(steps: int | None) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    shape = (ROWS,) if steps is None else (ROWS, steps)
    weights = np.ones(shape, "float32")
    weights[-1] = 0
    if steps:
        weights[0, 2:] = 0
    return {"target": draw.integers(0, CLASSES, shape).astype("int32"), "weights": weights}


def topologies() -> dict[str, tuple[Topology, Drawing, Callable[..., object], dict[str, np.ndarray]]]:
    """Each topology with a model that only draws, and a batch."""
    from zoo.topology import LanguageModel, ManyToMany, ManyToOne, Synced

    layer = Drawing()
    table = np.random.default_rng(1).normal(size=(ROWS, STEPS, CLASSES)).astype("float32")

    def logits(training: bool) -> Tensor:
        return layer(ops.convert_to_tensor(table), training=training)

    source = {"source": np.zeros((ROWS, STEPS), "int32"), "source_mask": np.ones((ROWS, STEPS), bool)}
    return {
        "synced": (Synced(), layer, lambda source, mask, training: logits(training), source | rows(STEPS)),
        "many-to-one": (
            ManyToOne(),
            layer,
            lambda source, mask, training: logits(training)[:, 0],
            source | rows(None),
        ),
        "many-to-many": (
            ManyToMany(),
            layer,
            lambda source, previous, training, source_mask: {"logits": logits(training)},
            source | rows(STEPS) | {"previous": np.zeros((ROWS, STEPS), "int32")},
        ),
        "language model": (
            LanguageModel(),
            layer,
            lambda tokens, states, training: (logits(training), states),
            rows(STEPS) | {"tokens": np.zeros((ROWS, STEPS), "int32"), "reset": np.zeros(ROWS, "float32")},
        ),
    }


@pytest.mark.parametrize("name", ["synced", "many-to-one", "many-to-many", "language model"])
def test_every_topology_tells_what_was_drawn_how_well_it_came_out(name: str):
    topology, layer, model, batch = topologies()[name]
    sums, _ = topology.forward(model, batch, [], True)
    (rewards, weights) = layer.received[0]
    assert weights.shape == rewards.shape == (ROWS,)
    loss, weight = (float(part) for part in sums["loss"])
    np.testing.assert_allclose(-(rewards * weights).sum(), loss, rtol=1e-5)
    np.testing.assert_allclose(weights.sum(), weight)
    assert weights[-1] == 0 and rewards[-1] == 0
    np.testing.assert_allclose(float(sums["objective"][0]), loss - np.log(0.5) * -loss, rtol=1e-4)
    assert "objective" not in topology.summarise({key: tuple(map(float, value)) for key, value in sums.items()}, None)
    evaluated, _ = topology.forward(model, batch, [], False)
    assert "objective" not in evaluated and len(layer.received) == 1


def test_scopes_nest_and_end():
    from zoo.layers import Draws, active_draws

    assert active_draws() is None
    with Draws() as outer:
        with Draws() as inner:
            assert active_draws() is inner
        active_draws().add(lambda rewards, weights: ops.sum(rewards))
    assert active_draws() is None
    assert outer and not inner
    losses = np.array([[1.0, 3.0], [2.0, 9.0]], "float32")
    weights = np.array([[1.0, 1.0], [1.0, 0.0]], "float32")
    np.testing.assert_allclose(outer.loss(losses, weights), -4.0)


def test_a_model_that_draws_nothing_has_no_objective():
    _, _, _, batch = topologies()["synced"]
    from zoo.topology import Synced

    sums, _ = Synced().forward(lambda source, mask, training: ops.zeros((ROWS, STEPS, CLASSES)), batch, [], True)
    assert set(sums) == {"loss", "accuracy"}
