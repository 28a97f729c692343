"""Every cell, attention and search strategy gives on JAX what it gives on TensorFlow: numbers, gradients, texts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
import keras
import numpy as np
from keras import ops
from zoo.layers import ATTENTIONS, CELLS, ExampleRandomness
from zoo.models import AttendingDecoder
from zoo.search import Beam, Generator, Greedy, Sample

JAX = keras.backend.backend() == "jax"
memory = np.sin(np.arange(2 * 5 * 4, dtype="float32")).reshape(2, 5, 4)
mask = np.array([[True] * 5, [True] * 3 + [False] * 2])
tokens = np.array([[1, 2, 3, 4], [2, 2, 5, 0]])
found = {}

def value(model):
    with ExampleRandomness(7, 0):
        logits = model(tokens, memory=model.prepare(memory, mask), training=True)["logits"]
    return ops.sum(ops.sin(ops.cast(logits, "float32")))

def gradients(model):
    variables = model.trainable_variables
    if JAX:
        import jax

        def of(weights):
            with keras.StatelessScope(state_mapping=list(zip(variables, weights))):
                return value(model)

        return jax.grad(of)([variable.value for variable in variables])
    import tensorflow as tf
    from zoo.backend import portable

    with portable(), tf.GradientTape() as tape:
        loss = value(model)
    return [tf.convert_to_tensor(each) if each is not None else tf.zeros(variable.shape)
            for each, variable in zip(tape.gradient(loss, variables), variables)]

kinds = [(cell, "additive") for cell in CELLS] + [("gru", attention) for attention in ATTENTIONS]
for cell, attention in kinds:
    for attend in ("after", "before"):
        model = AttendingDecoder(
            6, 4, cell=cell, units=4, layers=2, embedding=4, attention=attention, attend=attend, dropout=0.3
        )
        model.build()
        model.set_weights([np.cos(np.arange(each.size) * 0.7).astype(each.dtype).reshape(each.shape)
                           if each.dtype == "float32" else each for each in model.get_weights()])
        place = f"{cell} {attention} {attend}"
        prepared = model.prepare(memory, mask)
        outcome = model(tokens, memory=prepared)
        for name in ("logits", "alignments"):
            if outcome.get(name) is not None:
                found[f"{place} {name}"] = ops.convert_to_numpy(outcome[name])
        if attention != "hard":
            for number, gradient in enumerate(gradients(model)):
                found[f"{place} gradient {number}"] = ops.convert_to_numpy(gradient)
        if attend == "after" and cell == "gru" and attention in ("additive", "multihead", "none"):
            generator = Generator(model, begin=1, end=5)
            strategies = {"greedy": Greedy(), "beam": Beam(3), "groups": Beam(4, groups=2), "sample": Sample()}
            for name, strategy in strategies.items():
                answers = generator.search(memory=prepared, strategy=strategy, length=6)
                texts = [[*one.tokens, -1] for many in answers for one in many]
                found[f"{place} {name}"] = np.array([token for text in texts for token in text])
                found[f"{place} {name} scores"] = np.array([one.score for many in answers for one in many])
np.savez(sys.argv[1], **found)
"""


def compute(engine: str, out: Path) -> dict[str, np.ndarray]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(out)],
        env={**os.environ, "KERAS_BACKEND": engine, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(np.load(out))


@pytest.mark.slow
def test_cells_attentions_and_searches_are_the_same(tmp_path: Path):
    one, other = (compute(engine, tmp_path / f"{engine}.npz") for engine in ("tensorflow", "jax"))
    assert one.keys() == other.keys() and len(one) > 300
    for name, value in one.items():
        np.testing.assert_allclose(value, other[name], rtol=1e-4, atol=1e-5, err_msg=name)
