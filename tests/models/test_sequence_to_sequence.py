"""The encoder, and the pair of encoder and decoder: what is masked, what is saved, how replicas agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from zoo.topology.types import Sums, TensorBatch
from zoo.training.engines.types import Carry, Forward

if TYPE_CHECKING:
    from zoo.models import SequenceToSequence

ROWS, PLACES, STEPS, TOKENS = 4, 5, 6, 11


@pytest.fixture
def batch() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    return {
        "source": generator.integers(0, TOKENS, (ROWS, PLACES)).astype("int32"),
        "source_mask": np.arange(PLACES)[None] < np.array([[5], [3], [1], [4]]),
        "previous": generator.integers(0, TOKENS, (ROWS, STEPS)).astype("int32"),
        "target": generator.integers(0, TOKENS, (ROWS, STEPS)).astype("int32"),
        "weights": generator.integers(0, 2, (ROWS, STEPS)).astype("float32"),
    }


def make(encoder: dict[str, Any] | None = None, **decoder: Any) -> SequenceToSequence:
    from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

    first = Encoder(TOKENS, **{"units": 4, "embedding": 3, **(encoder or {})})
    second = AttendingDecoder(
        TOKENS, first.output_size, **{"summary": first.summary_size, "units": 8, "embedding": 4, **decoder}
    )
    model = SequenceToSequence(first, second)
    model.build()
    return model


def logits(model: SequenceToSequence, batch: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(model(batch["source"], batch["previous"], source_mask=batch["source_mask"])["logits"])


@pytest.mark.parametrize(
    ("arguments", "width"),
    [({}, 8), ({"cell": "gru", "layers": 2}, 8), ({"bidirectional": False}, 4), ({"cell": "lngru"}, 8)],
    ids=str,
)
def test_what_the_encoder_says(arguments, width, batch):
    from zoo.models import Encoder

    encoder = Encoder(TOKENS, **{"units": 4, "embedding": 3, **arguments})
    read = encoder(batch["source"], mask=batch["source_mask"])
    assert read["memory"].shape == (ROWS, PLACES, width)
    assert read["summary"].shape == (ROWS, encoder.summary_size) == (ROWS, width)
    # The padding changes nothing: the same sentence alone, without it.
    alone = encoder(batch["source"][1:2, :3])
    np.testing.assert_allclose(read["memory"][1, :3], alone["memory"][0], atol=1e-6)
    np.testing.assert_allclose(read["summary"][1], alone["summary"][0], atol=1e-6)
    # Forward, the summary is the output at the last place; backward, at the first.
    forward = width if arguments.get("bidirectional") is False else width // 2
    np.testing.assert_allclose(read["summary"][1, :forward], read["memory"][1, 2, :forward], atol=1e-6)
    np.testing.assert_allclose(read["summary"][1, forward:], read["memory"][1, 0, forward:], atol=1e-6)


def test_padding_changes_nothing(batch):
    model = make()
    whole = logits(model, batch)
    alone = model(batch["source"][1:2, :3], batch["previous"][1:2])["logits"]
    np.testing.assert_allclose(whole[1], alone[0], atol=1e-5)


def test_steps_as_its_decoder_does(batch):
    model = make(layers=2)
    memory = model.encode(batch["source"], batch["source_mask"])
    state = model.start(ROWS, memory)
    found = []
    for time in range(STEPS):
        scores, state = model.step(batch["previous"][:, time], state, memory)
        found.append(scores)
    np.testing.assert_allclose(np.stack(found, 1), logits(model, batch), atol=1e-5)
    assert model.alignment(state).shape == (ROWS, PLACES)


def test_a_generator_writes_with_it(batch):
    """One compiled greedy loop over sources of different lengths, encoder and decoder both by XLA."""
    from zoo.search import Generator

    model = make(layers=2)
    for weight in model.trainable_weights:
        weight.assign(np.random.default_rng(weight.shape[0]).normal(size=weight.shape))
    sources = [row[kept] for row, kept in zip(batch["source"], batch["source_mask"], strict=True)]
    texts = Generator(model, begin=0, encode=model.encode).search(sources=sources, length=STEPS)
    chosen = np.stack([best[0].tokens for best in texts])
    # The choices are the likeliest tokens, given themselves.
    previous = np.concatenate([np.zeros((ROWS, 1), "int32"), chosen[:, :-1]], 1)
    np.testing.assert_array_equal(chosen, logits(model, {**batch, "previous": previous}).argmax(-1))
    assert len(set(map(tuple, chosen))) > 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"layers": 2, "tied": True, "embedding": 8, "scheduled_sampling": 0.25, "dropout": 0.1},
        {"attention": "coverage", "attend": "before", "cell": "lngru"},
        {"attention": "none"},
    ],
    ids=str,
)
def test_saved_and_loaded(arguments, batch, tmp_path):
    import keras

    from zoo.runs.weights import load_weights, save_weights

    model = make(encoder={"layers": 2}, **arguments)
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(logits(restored, batch), logits(model, batch))
    assert restored.decoder.scheduled_sampling == model.decoder.scheduled_sampling
    save_weights(tmp_path / "model.safetensors", model)
    other = make(encoder={"layers": 2}, **arguments)
    assert np.abs(logits(other, batch) - logits(model, batch)).max() > 0
    load_weights(tmp_path / "model.safetensors", other)
    np.testing.assert_array_equal(logits(other, batch), logits(model, batch))


@pytest.mark.slow
def test_one_and_two_replicas_train_alike(batch):
    """Through the trainer's engine, with dropout and scheduled sampling."""
    import keras
    from keras import ops

    from zoo.training.engines.tensorflow.engine import TensorFlowEngine

    def forward(model: SequenceToSequence) -> Forward:
        def run(part: TensorBatch, carry: Carry, training: bool) -> tuple[Sums, Carry]:
            outcome = model(part["source"], part["previous"], source_mask=part["source_mask"], training=training)
            losses = ops.sparse_categorical_crossentropy(part["target"], outcome["logits"], from_logits=True)
            return {"loss": (ops.sum(losses * part["weights"]), ops.sum(part["weights"]))}, carry

        return run

    # Few steps: what takes time is tracing.
    batch = {name: value if name.startswith("source") else value[:, :3] for name, value in batch.items()}
    curves = []
    for replicas in (1, 2):
        engine = TensorFlowEngine("cpu", replicas, 1, "float32", ROWS)
        model = engine.build(lambda: make({"dropout": 0.2}, dropout=0.2, scheduled_sampling=0.5), 0)
        optimizer = engine.build(lambda: keras.optimizers.Adam(0.05), 0)
        engine.prepare(model, forward(model), optimizer, clip=1.0)
        steps = [engine.train([batch], [], 0.05, key).sums["loss"] for key in range(4)]
        curves.append([total / weight for total, weight in steps])
    np.testing.assert_allclose(curves[0], curves[1], rtol=1e-4)
    assert curves[0][-1] < curves[0][0]
