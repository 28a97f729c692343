"""What the attending decoder can learn: to copy fifty random tokens."""

from __future__ import annotations

import numpy as np
import pytest

LENGTH, TOKENS, ROWS, BUDGET = 50, 8, 32, 1500
BEGIN = TOKENS


def right_share(model, source) -> float:
    """Copy greedily, by steps that hear the model's own choices; returns the share of the tokens that are right."""
    import keras
    import tensorflow as tf

    @tf.function
    def copy(source):
        memory = model.encode(source)
        rows = source.shape[0]

        def body(step, token, state, right):
            logits, state = model.step(token, state, memory)
            token = keras.ops.cast(keras.ops.argmax(logits, -1), "int32")
            return step + 1, token, state, right + tf.reduce_sum(tf.cast(token == source[:, step], tf.float32))

        start = (tf.constant(0), tf.fill([rows], BEGIN), model.start(rows, memory), tf.constant(0.0))
        return tf.while_loop(lambda step, *_: step < LENGTH, body, start)[-1]

    return float(copy(tf.constant(source))) / source.size


@pytest.mark.slow
def test_the_copy_task():
    import keras
    import tensorflow as tf

    from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

    keras.utils.set_random_seed(0)
    encoder = Encoder(TOKENS, cell="gru", units=32, embedding=16)
    decoder = AttendingDecoder(
        TOKENS + 1, encoder.output_size, cell="gru", units=64, embedding=16, attention="location", input_feeding=False
    )
    model = SequenceToSequence(encoder, decoder)
    model.build()
    optimizer = keras.optimizers.Adam(3e-3, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(source):
        previous = tf.concat([tf.fill([ROWS, 1], BEGIN), source[:, :-1]], 1)
        with tf.GradientTape() as tape:
            logits = model(source, previous, training=True)["logits"]
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=source, logits=logits))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    generator = np.random.default_rng(0)

    def draw(rows):
        return generator.integers(0, TOKENS, (rows, LENGTH)).astype("int32")

    losses = []
    for number in range(BUDGET):
        losses.append(float(step(tf.constant(draw(ROWS)))))
        if number >= 50 and np.mean(losses[-20:]) < 0.01:
            break
    curve = ", ".join(f"{np.mean(losses[start : start + 50]):.3f}" for start in range(0, len(losses), 50))
    right = right_share(model, draw(200))
    print(f"copy of {LENGTH}: {len(losses)} steps, loss by 50 steps: {curve}; {right:.4f} of the tokens are right")
    assert right > 0.99
