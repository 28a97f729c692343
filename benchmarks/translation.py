"""Training a translation model beside its peers: target tokens a second of whole training steps, in one run.

A bidirectional LSTM of 256 units a direction reads, an LSTM of 512 units with attention writes, 8,000 pieces on both
sides, vectors of 256; Adam, gradients clipped to a norm of 1; 128 sentences of 16 tokens a batch.

- `feeding`: additive attention and input feeding, beside PyTorch written as JoeyNMT does it, and beside a cell of one's
  own in `keras.layers.RNN`;
- `at-once`: dot attention over all steps at once, beside stock layers of Keras, and PyTorch's `nn.LSTM`.

Ours runs through the engine of the trainer, with a replica on each core.

Every contender is a process of its own with both cores; they take turns, some steps each, so that whatever else the
machine does meets all of them alike. Numbers are medians of the turns. On a machine that is not idle the tokens by CPU
time are the ones to trust: tokens a second that two cores would make were nothing else running.

    python benchmarks/translation.py
    python benchmarks/translation.py --kinds feeding --dtypes float32 --length 32
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

PIECES, WIDTH, READER, WRITER = 8000, 256, 256, 512
LEARNING_RATE, CLIP = 1e-3, 1.0
CONTENDERS = ("ours", "keras", "torch")
RESULTS = Path(__file__).parent / "results"


class Case(NamedTuple):
    """What one line of the table measures.

    Args:
        kind: `feeding` or `at-once`.
        dtype: float32 or bfloat16.
        rows: sentences of a batch.
        length: tokens of each source and of each target.
    """

    kind: str
    dtype: str
    rows: int
    length: int


class Contender:
    """A contender's process, which makes training steps when it is asked to."""

    def __init__(self, name: str, case: Case, passive: bool) -> None:
        # Threads that spin while they wait would look like work on a busy machine.
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"} if passive else None
        command = [sys.executable, __file__, "--worker", name, *map(str, case)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.first_step = float(self._line())

    def ask(self, count: int) -> tuple[list[float], list[float]]:
        """Make some steps; returns the milliseconds of each, and those of CPU time."""
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        numbers = [float(word) for word in self._line().split()]
        return numbers[:count], numbers[count:]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a worker ended early with {self.process.wait()}")
        return line


def serve(train: Callable[[], Any]) -> None:
    """Answer the lines of `Contender.ask` until the input ends."""
    start = time.perf_counter()
    train()
    print(time.perf_counter() - start, flush=True)
    for line in sys.stdin:
        times: list[float] = []
        work: list[float] = []
        for _ in range(int(line)):
            start, worked = time.perf_counter(), time.process_time()
            train()
            times.append((time.perf_counter() - start) * 1000)
            work.append((time.process_time() - worked) * 1000)
        print(*times, *work, flush=True)


def machine() -> str:
    """Describe the machine and the versions."""
    from importlib.metadata import version

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "torch"))
    return f"{os.cpu_count()} cores of {model}; Python {platform.python_version()}, {versions}"


def measure(case: Case, rounds: int, seconds: float, passive: bool) -> dict[str, Any]:
    """Let the contenders take turns on one case; returns tokens a second by time and by CPU time."""
    workers = {name: Contender(name, case, passive) for name in CONTENDERS}
    once = {name: worker.ask(2)[0][1] for name, worker in workers.items()}
    times: dict[str, list[float]] = {name: [] for name in workers}
    work: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            count = max(1, int(seconds * 1000 / once[name]))
            spent, worked = worker.ask(count)
            times[name].append(statistics.median(spent))
            work[name].append(statistics.median(worked))
    for worker in workers.values():
        worker.close()
    tokens, cores = case.rows * case.length, os.cpu_count() or 1
    return {
        "case": case,
        "speed": {name: tokens * 1000 / statistics.median(values) for name, values in times.items()},
        "by_work": {name: tokens * 1000 * cores / statistics.median(values) for name, values in work.items()},
        "first": workers["ours"].first_step,
    }


HEADER = (
    "| kind | dtype | B | T | ours tokens/s | Keras | PyTorch | ours / Keras | ours / PyTorch "
    "| by CPU: ours | Keras | PyTorch | ours / Keras | ours / PyTorch | our first step s |"
)


def table_row(line: dict[str, Any]) -> str:
    """Format a line; above 1 ours is faster."""
    cells = [*map(str, line["case"])]
    for speeds in (line["speed"], line["by_work"]):
        cells += [f"{speeds[name]:,.0f}" for name in CONTENDERS]
        cells += [f"{speeds['ours'] / speeds[name]:.2f}" for name in CONTENDERS[1:]]
    return "| " + " | ".join([*cells, f"{line['first']:.1f}"]) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all cases and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=["feeding", "at-once"], choices=["feeding", "at-once"])
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"], choices=["float32", "bfloat16"])
    parser.add_argument("--rows", type=int, default=128)
    parser.add_argument("--length", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a turn")
    parser.add_argument("--shared-machine", action="store_true", help="other programs run: threads wait passively")
    parser.add_argument("--out", type=Path, default=RESULTS / "translation.md")
    options = parser.parse_args(arguments)
    about = f"# Training a translation model\n\n{machine()}\n"
    if options.shared_machine:
        about += "\nOther programs ran at the same time: the columns by CPU time are the ones to trust.\n"
    lines = [about, HEADER, "|" + "---|" * (HEADER.count("|") - 1)]
    print("\n".join(lines), flush=True)
    for kind, dtype in itertools.product(options.kinds, options.dtypes):
        case = Case(kind, dtype, options.rows, options.length)
        lines.append(table_row(measure(case, options.rounds, options.seconds, options.shared_machine)))
        print(lines[-1], flush=True)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_batch(case: Case) -> dict[str, Any]:
    """Draw a batch in the form that our topologies have."""
    import numpy as np

    generator = np.random.default_rng(0)
    source, previous, target = generator.integers(0, PIECES, (3, case.rows, case.length)).astype("int32")
    present = np.ones(source.shape)
    return {
        "source": source,
        "source_mask": present.astype(bool),
        "previous": previous,
        "target": target,
        "weights": present.astype("float32"),
    }


def our_worker(case: Case) -> None:
    """Our model through the engine of our trainer."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from zoo.training.engines.tensorflow_engine import TensorFlowEngine

    engine = TensorFlowEngine("cpu", 2, 1, case.dtype, case.rows)
    import keras
    from keras import ops

    from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

    def make() -> Any:
        feeding = case.kind == "feeding"
        encoder = Encoder(PIECES, units=READER, embedding=WIDTH)
        decoder = AttendingDecoder(
            PIECES,
            encoder.output_size,
            summary=encoder.summary_size,
            units=WRITER,
            embedding=WIDTH,
            attention="additive" if feeding else "dot",
            input_feeding=feeding,
        )
        model = SequenceToSequence(encoder, decoder)
        model.build()
        return model

    def forward(part: Any, carry: Any, training: bool) -> Any:
        outcome = model(part["source"], part["previous"], source_mask=part["source_mask"], training=training)
        logits = ops.cast(outcome["logits"], "float32")
        losses = ops.sparse_categorical_crossentropy(part["target"], logits, from_logits=True)  # [B, T]
        return {"loss": (ops.sum(losses * part["weights"]), ops.sum(part["weights"]))}, carry

    model = engine.build(make, 0)
    engine.prepare(model, forward, engine.build(lambda: keras.optimizers.Adam(LEARNING_RATE), 0), clip=CLIP)
    batch = make_batch(case)
    serve(lambda: engine.train([batch], [], LEARNING_RATE, 1))


def keras_worker(case: Case) -> None:
    """Stock Keras as its users write it; input feeding needs a cell of one's own, as Keras has none."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf
    from keras import layers, ops

    if case.dtype == "bfloat16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")

    class FeedingCell(layers.Layer):
        """An LSTM that hears its last attentional vector, and looks at a memory by additive attention."""

        def __init__(self) -> None:
            super().__init__()
            self.lstm = layers.LSTMCell(WRITER)
            self.query, self.score = layers.Dense(WRITER, use_bias=False), layers.Dense(1, use_bias=False)
            self.output_layer = layers.Dense(WRITER, activation="tanh", use_bias=False)
            self.state_size = [WRITER] * 3
            self.output_size = WRITER
            self.memory: Any = None

        def build(self, shape: Any) -> None:
            self.lstm.build((shape[0], shape[-1] + WRITER))
            self.query.build((None, WRITER))
            self.score.build((None, None, WRITER))
            self.output_layer.build((None, 2 * READER + WRITER))

        def call(self, inputs: Any, states: Any) -> Any:
            hidden, carry, fed = states
            output, (hidden, carry) = self.lstm(ops.concatenate([inputs, fed], -1), [hidden, carry])
            memory, keys = self.memory
            scores = self.score(ops.tanh(self.query(output)[:, None] + keys))  # [B, S, 1]
            context = ops.sum(ops.softmax(scores, axis=1) * memory, axis=1)
            fed = self.output_layer(ops.concatenate([context, output], -1))
            return fed, [hidden, carry, fed]

    class Model(keras.Model):
        """Encoder and decoder."""

        def __init__(self) -> None:
            super().__init__()
            self.read, self.write = layers.Embedding(PIECES, WIDTH), layers.Embedding(PIECES, WIDTH)
            self.encoder = layers.Bidirectional(layers.LSTM(READER, return_sequences=True, return_state=True))
            self.bridge = layers.Dense(2 * WRITER, activation="tanh")
            if case.kind == "feeding":
                self.keys = layers.Dense(WRITER, use_bias=False)
                self.decoder = layers.RNN(FeedingCell(), return_sequences=True)
            else:
                self.decoder = layers.LSTM(WRITER, return_sequences=True)
                self.attention = layers.Attention()
                self.combine = layers.Dense(WRITER, activation="tanh", use_bias=False)
            self.logits = layers.Dense(PIECES)

        def call(self, source: Any, previous: Any, training: bool = False) -> Any:
            memory, forward, _, backward, _ = self.encoder(self.read(source))
            hidden, carry = ops.split(self.bridge(ops.concatenate([forward, backward], -1)), 2, -1)
            if case.kind == "feeding":
                self.decoder.cell.memory = (memory, self.keys(memory))
                outputs = self.decoder(self.write(previous), initial_state=[hidden, carry, ops.zeros_like(hidden)])
            else:
                outputs = self.decoder(self.write(previous), initial_state=[hidden, carry])
                outputs = self.combine(ops.concatenate([self.attention([outputs, memory]), outputs], -1))
            return self.logits(outputs)

    model, batch = Model(), make_batch(case)
    source, previous, target = (tf.constant(batch[name]) for name in ("source", "previous", "target"))
    model(source[:2], previous[:2])
    optimizer = keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP)
    optimizer.build(model.trainable_variables)

    @tf.function
    def train() -> Any:
        with tf.GradientTape() as tape:
            logits = tf.cast(model(source, previous, training=True), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    serve(lambda: float(train()))


def torch_worker(case: Case) -> None:
    """PyTorch: with input feeding a loop over the target with an LSTM of one step, as in JoeyNMT."""
    import torch
    from torch import nn

    torch.set_num_threads(os.cpu_count() or 1)
    feeding = case.kind == "feeding"

    class Model(nn.Module):
        """Encoder and decoder."""

        def __init__(self) -> None:
            super().__init__()
            self.read, self.write = nn.Embedding(PIECES, WIDTH), nn.Embedding(PIECES, WIDTH)
            self.encoder = nn.LSTM(WIDTH, READER, batch_first=True, bidirectional=True)
            self.bridge = nn.Linear(2 * READER, 2 * WRITER)
            self.decoder = nn.LSTM(WIDTH + (WRITER if feeding else 0), WRITER, batch_first=True)
            self.keys, self.query = nn.Linear(2 * READER, WRITER, bias=False), nn.Linear(WRITER, WRITER, bias=False)
            self.score = nn.Linear(WRITER, 1, bias=False)
            self.combine = nn.Linear(2 * READER + WRITER, WRITER, bias=feeding)
            self.logits = nn.Linear(WRITER, PIECES)

        def forward(self, source: Any, mask: Any, previous: Any) -> Any:
            memory, (last, _) = self.encoder(self.read(source))
            start = torch.tanh(self.bridge(torch.cat([last[0], last[1]], -1))).chunk(2, -1)
            state = tuple(part[None].contiguous() for part in start)
            embedded = self.write(previous)
            if not feeding:
                outputs, _ = self.decoder(embedded, state)
                scores = torch.bmm(outputs, memory.transpose(1, 2)).masked_fill(~mask[:, None], float("-inf"))
                contexts = torch.bmm(torch.softmax(scores, -1), memory)
                return self.logits(torch.tanh(self.combine(torch.cat([contexts, outputs], -1))))
            keys, vectors = self.keys(memory), []
            fed = embedded.new_zeros(len(source), 1, WRITER)
            for step in range(previous.shape[1]):
                output, state = self.decoder(torch.cat([embedded[:, step : step + 1], fed], -1), state)
                scores = self.score(torch.tanh(self.query(output) + keys)).transpose(1, 2)  # [B, 1, S]
                scores = torch.where(mask[:, None], scores, scores.new_full([1], float("-inf")))
                context = torch.bmm(torch.softmax(scores, -1), memory)
                fed = torch.tanh(self.combine(torch.cat([output, context], -1)))
                vectors.append(fed)
            return self.logits(torch.cat(vectors, 1))

    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    batch = make_batch(case)
    source, previous, target = (torch.from_numpy(batch[name]).long() for name in ("source", "previous", "target"))
    mask = torch.from_numpy(batch["source_mask"])

    def train() -> float:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=case.dtype == "bfloat16"):
            logits = model(source, mask, previous)
        loss = nn.functional.cross_entropy(logits.float().reshape(-1, PIECES), target.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        return float(loss.detach())

    serve(train)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        name, kind, dtype, *numbers = sys.argv[2:]
        {"ours": our_worker, "keras": keras_worker, "torch": torch_worker}[name](Case(kind, dtype, *map(int, numbers)))
    else:
        main()
