"""The default suite compiles more than it computes, so it switches off what optimises graphs."""

from __future__ import annotations

import os


def skip_graph_optimization() -> None:
    """Switch TensorFlow's graph optimiser off if XLA's is off too; call it before TensorFlow starts."""
    if "optimization_level=0" in os.environ.get("XLA_FLAGS", ""):
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
