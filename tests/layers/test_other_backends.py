"""Without TensorFlow as the backend the layers take the plain path, with the same results."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import sys
import keras
import numpy as np
from zoo.layers import ExampleRandomness, Stack

assert keras.backend.backend() == "torch"
inputs = np.sin(np.arange(60, dtype="float32")).reshape(3, 4, 5)
stack = Stack("lstm", layers=2, units=3, dropout=0.5)
stack.build(inputs.shape)
stack.set_weights([np.cos(np.arange(weight.size, dtype="float32")).reshape(weight.shape)
                   for weight in stack.get_weights()])
with ExampleRandomness(1, 0):
    whole = keras.ops.convert_to_numpy(stack(inputs, training=True)[0])
with ExampleRandomness(1, 1):
    part = keras.ops.convert_to_numpy(stack(inputs[1:], training=True)[0])
np.testing.assert_allclose(part, whole[1:], atol=1e-6)
np.save(sys.argv[1], keras.ops.convert_to_numpy(stack(inputs)[0]))
"""


@pytest.mark.slow
def test_torch(tmp_path):
    pytest.importorskip("torch")
    from zoo.layers import Stack

    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path / "outputs.npy")], env=environment, check=True)
    inputs = np.sin(np.arange(60, dtype="float32")).reshape(3, 4, 5)
    stack = Stack("lstm", layers=2, units=3)
    stack.build(inputs.shape)
    stack.set_weights(
        [np.cos(np.arange(weight.size, dtype="float32")).reshape(weight.shape) for weight in stack.get_weights()]
    )
    np.testing.assert_allclose(stack(inputs)[0], np.load(tmp_path / "outputs.npy"), atol=1e-5)
