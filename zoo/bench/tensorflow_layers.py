"""Our recurrent layers and those of Keras as contenders, on TensorFlow."""

from __future__ import annotations

import sys

import keras
import numpy as np
import tensorflow as tf

from zoo.bench.layers_case import CLIP, LEARNING_RATE, VOCABULARY, Case, case_of
from zoo.bench.turns import serve
from zoo.layers import Stack


def contend(case: Case, ours: bool) -> None:
    """Serve training steps and forward passes: ours with a replica on each core, as the trainer has it; stock Keras as
    its users run it."""
    replicas = case.cores if ours else 1
    if ours:
        _cut_into_cores(replicas)
    if case.dtype == "bfloat16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    devices = [f"CPU:{number}" for number in range(replicas)]
    strategy = tf.distribute.MirroredStrategy(devices) if replicas > 1 else tf.distribute.get_strategy()
    with strategy.scope():
        model = OurModel(case) if ours else keras_model(case)
        optimizer = keras.optimizers.Adam(LEARNING_RATE)
        optimizer.build(model.trainable_variables)
    # The gradients are summed before they are clipped; the optimizer shall not sum them again.
    optimizer._all_reduce_sum_gradients = lambda pairs: pairs
    variables = model.trainable_variables

    def replica_step(tokens: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = tf.cast(model(tokens, training=True), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
            loss = tf.reduce_sum(losses) / (case.rows * case.steps)
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]
        if replicas > 1:
            gradients = tf.distribute.get_replica_context().all_reduce("sum", gradients)
        gradients, _ = tf.clip_by_global_norm(gradients, CLIP)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    @tf.function
    def train_step(tokens: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        return strategy.reduce("sum", strategy.run(replica_step, args=(tokens, targets)), axis=None)

    @tf.function
    def infer_step(tokens: tf.Tensor) -> tf.Tensor:
        return strategy.run(lambda tokens: model(tokens, training=False), args=(tokens,))

    def share(values: np.ndarray) -> tf.Tensor:
        if replicas == 1:
            return tf.constant(values)
        parts = np.split(values, replicas)
        return strategy.experimental_distribute_values_from_function(
            lambda context: tf.constant(parts[context.replica_id_in_sync_group])
        )

    drawn = np.random.default_rng(0).integers(0, VOCABULARY, (2, case.rows, case.steps)).astype("int32")
    tokens, targets = share(drawn[0]), share(drawn[1])
    serve(
        {
            "train": lambda: float(train_step(tokens, targets)),
            "infer": lambda: [part.numpy() for part in strategy.experimental_local_results(infer_step(tokens))],
        }
    )


def _cut_into_cores(replicas: int) -> None:
    """Make a logical device of every core, with one thread each."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(replicas)


class OurModel(keras.Model):
    """Embedding, stack, softmax."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.embedding = keras.layers.Embedding(VOCABULARY, case.units)
        self.stack = Stack(case.cell, layers=2, units=case.units)
        self.logits = keras.layers.Dense(VOCABULARY)
        self.embedding.build((None, None))
        self.stack.build((None, None, case.units))
        self.logits.build((None, None, case.units))
        self.built = True

    def call(self, tokens: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return the logits [B, T, VOCABULARY] of tokens [B, T]."""
        outputs, _ = self.stack(tokens, embeddings=self.embedding.embeddings, training=training)
        return self.logits(outputs)


def keras_model(case: Case) -> keras.Model:
    """Make the same model of the layers of Keras."""
    kind = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[case.cell]
    tokens = keras.Input((case.steps,), dtype="int32")
    outputs = keras.layers.Embedding(VOCABULARY, case.units)(tokens)
    for _ in range(2):
        outputs = kind(case.units, return_sequences=True)(outputs)
    return keras.Model(tokens, keras.layers.Dense(VOCABULARY)(outputs))


if __name__ == "__main__":
    contend(case_of(sys.argv[2:]), ours=sys.argv[1] == "ours")
