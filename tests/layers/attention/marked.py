"""The task "find the marked place": every step must tell the token that is stored where its mark is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

    from zoo.backend.types import Shape, Tensor
    from zoo.topology.types import Sums, TensorBatch
    from zoo.training.engines.tensorflow.engine import TensorFlowEngine
    from zoo.training.engines.types import Carry

PLACES, STEPS, TOKENS, WIDTH = 12, 4, 8, 16


def examples(generator: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Draw memories of noisy vectors that stand for tokens, of different lengths, with one place for each mark."""
    codes = np.random.default_rng(7).normal(size=(TOKENS, WIDTH))
    stored = generator.integers(0, TOKENS, (rows, PLACES))
    lengths = generator.integers(PLACES // 2, PLACES + 1, rows)
    where = np.array([generator.permutation(length)[:STEPS] for length in lengths])
    marks = np.zeros((rows, PLACES, STEPS))
    marks[np.arange(rows)[:, None], where, np.arange(STEPS)] = 1
    vectors = codes[stored] + 0.2 * generator.normal(size=(rows, PLACES, WIDTH))
    return {
        "queries": np.broadcast_to(np.eye(STEPS, dtype="float32"), (rows, STEPS, STEPS)).copy(),
        "memory": np.concatenate([vectors, marks], -1).astype("float32"),
        "mask": np.arange(PLACES) < lengths[:, None],
        "answers": np.take_along_axis(stored, where, 1),
        "where": where,
    }


def make_finder(mechanism: str, units: int = 32, reward_weight: float = 1.0, **arguments: Any) -> keras.Model:
    """A keras.Model of one attention and one matrix, and REINFORCE where it draws."""
    import keras

    from zoo.layers import Reinforce, attention_by_name

    class Finder(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.attention = attention_by_name(mechanism)(units, **arguments)
            self.logits = keras.layers.Dense(TOKENS)
            self.reinforce = Reinforce(reward_weight=reward_weight) if mechanism == "hard" else None

        def build(self, input_shape: Shape | None = None) -> None:
            self.attention.build((None, None, STEPS), (None, None, WIDTH + STEPS))
            self.logits.build((None, None, self.attention.output_size))
            if self.reinforce is not None:
                self.reinforce.build((None,))
            self.built = True

        def call(self, batch: TensorBatch, training: bool = False) -> tuple[Tensor, Tensor]:
            contexts, alignments = self.attention(
                batch["queries"], batch["memory"], mask=batch["mask"], training=training
            )
            return self.logits(contexts), alignments

    model = Finder()
    model.build()
    return model


def make_engine(
    mechanism: str, replicas: int, rows: int, seed: int = 0, **arguments: Any
) -> tuple[TensorFlowEngine, keras.Model]:
    """An engine that is ready to train a finder, and the finder."""
    import keras
    from keras import ops

    from zoo.training.engines.tensorflow.engine import TensorFlowEngine

    engine = TensorFlowEngine("cpu", replicas, 1, "float32", rows)
    assert engine.replicas == replicas
    model, optimizer = engine.build(lambda: (make_finder(mechanism, **arguments), keras.optimizers.Adam()), seed)

    def forward(batch: TensorBatch, carry: Carry, training: bool) -> tuple[Sums, Carry]:
        logits, _ = model(batch, training=training)
        likely = ops.log_softmax(logits) * ops.one_hot(batch["answers"], TOKENS)
        likelihood = ops.sum(likely, axis=-1)  # [B, T]
        loss, count = -ops.sum(likelihood), ops.cast(ops.size(likelihood), "float32")
        if model.reinforce is not None:
            attention = model.attention
            reward = ops.sum(likelihood, axis=1)
            loss = loss + model.reinforce(reward, attention.log_probability, attention.entropy, training=training)
        right = ops.sum(ops.cast(ops.equal(ops.argmax(logits, -1), batch["answers"]), "float32"))
        return {"loss": (loss, count), "accuracy": (right, count)}, carry

    engine.prepare(model, forward, optimizer, clip=1.0, average=0.0)
    return engine, model


def image(batch: dict[str, np.ndarray], alignments: dict[str, np.ndarray], path: Path, rows: int = 4) -> None:
    """Draw where each mechanism looked, with a cross where the mark is and the places that are not there in grey."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(alignments), rows, figsize=(3 * rows, 1.6 * len(alignments)), squeeze=False)
    for line, (name, values) in zip(axes, alignments.items(), strict=True):
        for row, axis in enumerate(line):
            shown = np.ma.masked_where(np.broadcast_to(~batch["mask"][row], values[row].shape), values[row])
            axis.set_facecolor("0.8")
            axis.imshow(shown, cmap="viridis", vmin=0, vmax=1, aspect="auto")
            axis.plot(batch["where"][row], np.arange(STEPS), "rx")
            axis.set(
                xlabel="place",
                ylabel="step",
                title=f"{name}, example {row}",
                xticks=range(0, PLACES, 2),
                yticks=range(STEPS),
            )
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
