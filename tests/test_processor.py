"""Which kernels of TensorFlow the zoo asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

LOOK = """
import json, os{0}
import zoo
try:
    zoo.load("no such run")
except zoo.ZooError:
    print(json.dumps(os.environ.get("TF_ENABLE_ONEDNN_OPTS")))
"""


@pytest.mark.parametrize(
    ("said", "before", "found"),
    [
        (None, "", "1"),
        ("0", "", "0"),
        # Once TensorFlow has started, the choice is fixed.
        (None, ", sys; sys.modules['tensorflow'] = sys", None),
    ],
)
def test_onednn_is_preferred_where_nobody_has_chosen(said, before, found):
    environment = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    if said is not None:
        environment["TF_ENABLE_ONEDNN_OPTS"] = said
    command = [sys.executable, "-c", LOOK.format(before)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == found


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("transpose", [False, True])
def test_the_layout_of_a_weight_changes_no_product(transposed, transpose, monkeypatch):
    import numpy as np
    import tensorflow as tf

    from zoo.backend.tensorflow import steps

    monkeypatch.setattr(steps, "likes_transposed_weights", lambda bits: transposed)
    generator = np.random.default_rng(0)
    weight = generator.standard_normal((4, 6)).astype("float32")
    factor = weight.T if transpose else weight
    left = generator.standard_normal((3, len(factor))).astype("float32")
    right = steps.matrix(tf.constant(weight), transpose=transpose)
    assert right.transposed == transposed
    np.testing.assert_allclose(steps.times(tf.constant(left), right), left @ factor, rtol=1e-5)
