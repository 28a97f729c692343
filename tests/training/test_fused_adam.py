"""Adam as one kernel: the numbers of Keras' own rule, on every replica."""

from __future__ import annotations

import numpy as np
import pytest


def trained(optimizer: str, fused: bool, replicas: int, monkeypatch: pytest.MonkeyPatch, **words):
    """Make some steps of a small model; returns the engine, the model and the norms of its gradients."""
    import keras

    from zoo.training.engines.tensorflow import optimizer as rule
    from zoo.training.engines.tensorflow.engine import TensorFlowEngine

    monkeypatch.setattr(rule, "is_fused", (lambda given: True) if fused else (lambda given: False))
    engine = TensorFlowEngine("cpu", replicas, 1, "float32", 8)

    def make():
        layers = [keras.layers.Embedding(11, 5), keras.layers.Flatten(), keras.layers.Dense(3)]
        model = keras.Sequential([keras.Input((4,), dtype="int32"), *layers])
        return model

    model = engine.build(make, 0)

    def forward(batch, carry, training):
        errors = keras.ops.sum(keras.ops.square(model(batch["source"]) - batch["target"]), axis=1)
        return {"loss": (keras.ops.sum(errors), keras.ops.sum(batch["weights"]))}, carry

    engine.prepare(model, forward, engine.build(lambda: getattr(keras.optimizers, optimizer)(**words), 0), clip=0.5)
    generator, norms = np.random.default_rng(0), []
    for step in range(6):
        batch = {
            "source": generator.integers(0, 11, (8, 4)).astype("int32"),
            "target": generator.standard_normal((8, 3)).astype("float32"),
            "weights": np.ones(8, "float32"),
        }
        norms.append(engine.train([batch], [], 0.1 / (1 + step), step).gradient_norm)
    return engine, model, norms


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize(("optimizer", "words"), [("Adam", {}), ("AdamW", {"weight_decay": 0.1})])
def test_the_kernel_follows_the_rule_of_keras(optimizer, words, replicas, monkeypatch):
    engine, _, norms = trained(optimizer, True, replicas, monkeypatch, **words)
    plain, _, expected_norms = trained(optimizer, False, replicas, monkeypatch, **words)
    np.testing.assert_allclose(norms, expected_norms, rtol=1e-5)
    found, expected = engine.gather(), plain.gather()
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-5, atol=1e-6, err_msg=name)


def test_every_replica_holds_the_same_weights(monkeypatch):
    engine, model, _ = trained("Adam", True, 2, monkeypatch)
    for variable in model.trainable_variables:
        first, second = engine.strategy.experimental_local_results(variable.value)
        np.testing.assert_array_equal(first.numpy(), second.numpy())


def test_a_variant_that_the_kernel_does_not_know_keeps_the_rule_of_keras():
    import keras

    from zoo.training.engines.tensorflow.optimizer import is_fused

    class Other(keras.optimizers.Adam):
        pass

    assert is_fused(keras.optimizers.Adam())
    assert not is_fused(keras.optimizers.Adam(amsgrad=True))
    assert not is_fused(keras.optimizers.SGD())
    assert not is_fused(Other())
