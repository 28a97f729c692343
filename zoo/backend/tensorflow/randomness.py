"""Random numbers by example on TensorFlow: slices of one Philox stream."""

from __future__ import annotations

import tensorflow as tf

from zoo.backend import generic
from zoo.backend.portable import is_portable
from zoo.backend.types import Tensor

PHILOX = 1
BLOCK = 4
"""One step of Philox's counter gives four 32-bit numbers."""


def uniform(key: int | Tensor, site: int, first_row: int | Tensor, rows: int | Tensor, columns: int | Tensor) -> Tensor:
    """Draw the rows from `first_row` on of the random stream (key, site) (see `Backend.uniform`).

    Every row takes a whole number of blocks, so that its place in the global batch tells where its numbers start.
    """
    if is_portable():
        return generic.uniform(key, site, first_row, rows, columns)
    blocks = -(-columns // BLOCK)
    low = tf.cast(first_row, tf.uint64) * tf.cast(blocks, tf.uint64)
    padded = tf.raw_ops.StatelessRandomUniformV2(
        shape=[rows, blocks * BLOCK],
        key=tf.reshape(tf.cast(key, tf.uint64), [1]),
        counter=tf.stack([low, tf.constant(site, tf.uint64)]),
        alg=PHILOX,
        dtype=tf.float32,
    )
    return padded[:, :columns]
