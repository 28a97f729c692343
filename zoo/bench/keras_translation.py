"""A translation model of stock Keras as its users write it; input feeding needs a cell of one's own."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import layers, ops

from zoo.backend.types import Shape, Tensor
from zoo.bench.translation_case import CLIP, LEARNING_RATE, Case, case_of
from zoo.bench.turns import serve


class FeedingCell(layers.Layer):
    """An LSTM that hears its last attentional vector, and looks at a memory by additive attention."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.lstm = layers.LSTMCell(units)
        self.query, self.score = layers.Dense(units, use_bias=False), layers.Dense(1, use_bias=False)
        self.output_layer = layers.Dense(units, activation="tanh", use_bias=False)
        self.units = self.output_size = units
        self.state_size = [units] * 3
        self.memory: tuple[Tensor, Tensor] | None = None

    def build(self, shape: Shape) -> None:
        """Make the weights."""
        assert shape[-1] is not None
        self.lstm.build((shape[0], shape[-1] + self.units))
        self.query.build((None, self.units))
        self.score.build((None, None, self.units))
        self.output_layer.build((None, 2 * self.units))

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Make a step: inputs [B, E]."""
        hidden, carry, fed = states
        output, (hidden, carry) = self.lstm(ops.concatenate([inputs, fed], -1), [hidden, carry])
        assert self.memory is not None
        memory, keys = self.memory
        scores = self.score(ops.tanh(self.query(output)[:, None] + keys))  # [B, S, 1]
        context = ops.sum(ops.softmax(scores, axis=1) * memory, axis=1)
        fed = self.output_layer(ops.concatenate([context, output], -1))
        return fed, [hidden, carry, fed]


class Model(keras.Model):
    """Encoder and decoder."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        units, half = case.units, case.units // 2
        self.feeding = case.feeding
        self.read, self.write = layers.Embedding(case.pieces, half), layers.Embedding(case.pieces, half)
        self.encoder = layers.Bidirectional(layers.LSTM(half, return_sequences=True, return_state=True))
        self.bridge = layers.Dense(2 * units, activation="tanh")
        if case.feeding:
            self.keys = layers.Dense(units, use_bias=False)
            self.decoder = layers.RNN(FeedingCell(units), return_sequences=True)
        else:
            self.decoder = layers.LSTM(units, return_sequences=True)
            self.attention = layers.Attention()
            self.combine = layers.Dense(units, activation="tanh", use_bias=False)
        self.logits = layers.Dense(case.pieces)

    def call(self, source: Tensor, previous: Tensor, training: bool = False) -> Tensor:
        """Return the logits [B, T, V] of source and previous [B, T]."""
        memory, forward, _, backward, _ = self.encoder(self.read(source))
        hidden, carry = ops.split(self.bridge(ops.concatenate([forward, backward], -1)), 2, -1)
        if self.feeding:
            self.decoder.cell.memory = (memory, self.keys(memory))
            outputs = self.decoder(self.write(previous), initial_state=[hidden, carry, ops.zeros_like(hidden)])
        else:
            outputs = self.decoder(self.write(previous), initial_state=[hidden, carry])
            outputs = self.combine(ops.concatenate([self.attention([outputs, memory]), outputs], -1))
        return self.logits(outputs)


def contend(case: Case) -> None:
    """Serve training steps."""
    tf.config.threading.set_intra_op_parallelism_threads(case.cores)
    if case.dtype == "bfloat16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    model, batch = Model(case), case.batch()
    source, previous, target = (tf.constant(batch[name]) for name in ("source", "previous", "target"))
    model(source[:2], previous[:2])
    optimizer = keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train() -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = tf.cast(model(source, previous, training=True), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    serve({"train": lambda: float(train())})


if __name__ == "__main__":
    contend(case_of(sys.argv[1:]))
