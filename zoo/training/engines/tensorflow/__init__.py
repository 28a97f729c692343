"""The TensorFlow engine: `tf.distribute` replicas and a custom training step; the same file names as in `jax/`."""
