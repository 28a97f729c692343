"""The default suite compiles more than it computes: there TensorFlow and XLA optimise little."""

from __future__ import annotations

import os


def skip_graph_optimization() -> None:
    """Run TensorFlow's graphs as they are traced, where XLA is told to optimise little; before TensorFlow starts."""
    if "optimization_level=0" in os.environ.get("XLA_FLAGS", ""):
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
