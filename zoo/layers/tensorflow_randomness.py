"""Random numbers by example on TensorFlow: slices of one Philox stream."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

PHILOX = 1
BLOCK = 4
"""One step of Philox's counter gives four 32-bit numbers."""


def uniform(key: Any, site: int, first_row: Any, rows: Any, columns: Any) -> Any:
    """Draw the rows from `first_row` on of the stream (key, site).

    Every row takes a whole number of blocks, so a row's numbers start at a counter that its global place tells.

    Args:
        key: the step's key, an integer of rank 0.
        site: the number of the call site.
        first_row: the global number of the first row.
        rows: how many rows.
        columns: how many numbers a row.

    Returns:
        float32 [rows, columns] in [0, 1).
    """
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
