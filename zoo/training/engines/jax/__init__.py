"""The JAX engine: one jitted step over a device mesh; the same file names as in `tensorflow/`."""
