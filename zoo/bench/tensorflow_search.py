"""Our search, and a loop around the `predict` of Keras, as contenders, on TensorFlow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from zoo.bench.search_case import BEGIN, END, PENALTY, VOCABULARY, BeamCase, SampleCase, case_of
from zoo.bench.turns import serve
from zoo.models import AttendingDecoder, Decoder, Encoder, SequenceToSequence
from zoo.search import Beam, Generator, Sample

if TYPE_CHECKING:
    from zoo.search import Hypothesis


def contend_in_sampling(case: SampleCase) -> None:
    """Serve texts of our generator."""
    model = Decoder(VOCABULARY, units=case.units, embedding=case.units)
    model.build()
    generator = Generator(model)
    primes, strategy = [[0]] * case.rows, Sample(temperature=1.0)
    serve({"sample": lambda: generator.search(primes, strategy=strategy, length=case.steps, batch=case.rows)})


def keras_sampling(case: SampleCase) -> None:
    """Serve texts of stock Keras: a model that takes and gives its states, called by `predict`."""
    tokens = keras.Input((1,), dtype="int32")
    given = [keras.Input((case.units,)) for _ in range(4)]
    outputs = keras.layers.Embedding(VOCABULARY, case.units)(tokens)
    states = []
    for layer in range(2):
        lstm = keras.layers.LSTM(case.units, return_sequences=True, return_state=True)
        outputs, *after = lstm(outputs, initial_state=given[2 * layer : 2 * layer + 2])
        states += after
    probabilities = keras.layers.Dense(VOCABULARY, activation="softmax")(outputs[:, 0])
    model = keras.Model([tokens, *given], [probabilities, *states])
    draws = np.random.default_rng(0)

    def sample() -> np.ndarray:
        token, text = np.zeros((case.rows, 1), "int32"), []
        state = [np.zeros((case.rows, case.units), "float32")] * 4
        for _ in range(case.steps):
            chances, *state = model.predict([token, *state], batch_size=case.rows, verbose=0)
            # The first token that the sum of all before it lifts above a uniform number.
            drawn = np.cumsum(chances, axis=1) > draws.random((case.rows, 1))
            token = np.argmax(drawn, axis=1).astype("int32")[:, None]
            text.append(token)
        return np.concatenate(text, 1)

    serve({"sample": sample})


def contend_in_beams(case: BeamCase, answers: str) -> None:
    """Serve the best answers to all sentences; `write` keeps the last ones in a file."""
    half = case.units // 2
    encoder = Encoder(case.vocabulary, units=half, embedding=half)
    decoder = AttendingDecoder(
        case.vocabulary, encoder.output_size, summary=encoder.summary_size, units=case.units, embedding=half
    )
    model = SequenceToSequence(encoder, decoder)
    model.build()
    model.set_weights(case.weights())
    # The encoder runs in a graph with the layers' own fast paths, as a task's model does.
    encode = tf.function(lambda sources, mask: model.encode(sources, mask), autograph=False)
    generator = Generator(model, begin=BEGIN, end=END, banned=(END,), encode=encode)
    strategy, sources = Beam(beam=case.beam, length_penalty=PENALTY), list(case.sources())
    found: list[list[Hypothesis]] = []

    def search() -> None:
        found[:] = generator.search(sources=sources, strategy=strategy, length=case.length, batch=case.batch)

    serve({"beam": search, "write": lambda: np.save(answers, np.stack([best[0].tokens for best in found]))})


if __name__ == "__main__":
    name, answers, *words = sys.argv[1:]
    case = case_of(words)
    tf.config.threading.set_intra_op_parallelism_threads(case.cores)
    if isinstance(case, BeamCase):
        contend_in_beams(case, answers)
    elif name == "keras":
        keras_sampling(case)
    else:
        contend_in_sampling(case)
