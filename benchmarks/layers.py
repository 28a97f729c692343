"""Our recurrent layers beside stock Keras and PyTorch: whole training steps and forward passes, in one run.

Every contender is a process of its own with both cores; they take turns, some steps each, so that whatever else the
machine does meets all of them alike. Ratios are of the medians of the turns; above 1 ours is
faster. On a machine that is not idle the ratio by CPU time is the one to trust.

    python benchmarks/layers.py --cells lstm --units 128 512 --rows 16 64 --steps 32 128 --dtypes float32 bfloat16
    python benchmarks/layers.py --shapes 128x50x50 512x64x128
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SYMBOLS = 96
LEARNING_RATE = 2e-3
CLIP = 5.0
CONTENDERS = ("ours", "keras", "torch")
RESULTS = Path(__file__).parent / "results"


class Case(NamedTuple):
    """One line of the table: a character language model of two layers.

    Args:
        cell: rnn, lstm or gru.
        units: H, of the embedding and both layers.
        rows: B.
        steps: T.
        dtype: float32 or bfloat16.
    """

    cell: str
    units: int
    rows: int
    steps: int
    dtype: str


class Worker:
    """A contender's process, which runs steps when it is asked to."""

    def __init__(self, contender: str, case: Case, passive: bool) -> None:
        # PyTorch's threads must not burn CPU time while they wait, or a busy machine would make them look slow.
        environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"} if passive else None
        command = [sys.executable, __file__, "--worker", contender, *map(str, case)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.first_step = float(self._line())

    def ask(self, what: str, count: int = 1) -> list[float]:
        """Run `train` or `infer` some times and return the milliseconds of each, then those of CPU time; or `memory`
        in MB."""
        self.process.stdin.write(f"{what} {count}\n")
        self.process.stdin.flush()
        return [float(word) for word in self._line().split()]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a worker ended early with {self.process.wait()}")
        return line


def wait_for_quiet(seconds: float) -> bool:
    """Wait until the cores are idle, at most some seconds; says whether they were."""

    def busy() -> tuple[int, int]:
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
        return ticks[3], sum(ticks)

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        (idle, total) = busy()
        time.sleep(0.2)
        (idle_now, total_now) = busy()
        if idle_now - idle > 0.85 * (total_now - total):
            return True
    return False


def measure(
    case: Case, kinds: Sequence[str], rounds: int, seconds: float, patience: float, passive: bool
) -> list[dict[str, Any]]:
    """Let the contenders take turns on one case; returns a line for each kind of step."""
    workers = {name: Worker(name, case, passive) for name in CONTENDERS}
    lines = []
    for kind in kinds:
        once = {name: worker.ask(kind, 2)[1] for name, worker in workers.items()}
        times: dict[str, list[float]] = {name: [] for name in workers}
        work: dict[str, list[float]] = {name: [] for name in workers}
        quiet = 0
        for _ in range(rounds):
            for name, worker in workers.items():
                quiet += wait_for_quiet(patience)
                count = max(1, int(seconds * 1000 / once[name]))
                answer = worker.ask(kind, count)
                times[name].append(statistics.median(answer[:count]))
                work[name].append(statistics.median(answer[count:]))
        lines.append(
            {
                "kind": kind,
                "case": case,
                "medians": {name: statistics.median(values) for name, values in times.items()},
                "work": {name: statistics.median(values) for name, values in work.items()},
                "quiet": quiet / (rounds * len(workers)),
            }
        )
    memory = {name: worker.ask("memory")[0] for name, worker in workers.items()}
    for line in lines:
        line["memory"] = memory
        line["first"] = workers["ours"].first_step
    for worker in workers.values():
        worker.close()
    return lines


HEADER = (
    "| step | cell | dtype | H | B | T | ours ms | Keras ms | PyTorch ms | ours / PyTorch | ours / Keras "
    "| CPU ms ours | CPU ms PyTorch | by CPU | quiet | peak MB ours | peak MB PyTorch | our first step s |"
)


def table_row(line: dict[str, Any]) -> str:
    """Format a line; ratios are of throughput: above 1 ours is faster."""
    case, medians, memory = line["case"], line["medians"], line["memory"]
    cells = [line["kind"], case.cell, case.dtype, case.units, case.rows, case.steps]
    cells += [f"{medians[name]:.1f}" for name in CONTENDERS]
    cells += [f"{medians['torch'] / medians['ours']:.2f}", f"{medians['keras'] / medians['ours']:.2f}"]
    work = line["work"]
    cells += [f"{work['ours']:.1f}", f"{work['torch']:.1f}", f"{work['torch'] / work['ours']:.2f}"]
    cells += [f"{line['quiet']:.0%}", f"{memory['ours']:.0f}", f"{memory['torch']:.0f}", f"{line['first']:.1f}"]
    return "| " + " | ".join(map(str, cells)) + " |"


def machine() -> str:
    """Describe the machine and the versions."""
    from importlib.metadata import version

    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "torch"))
    return f"{os.cpu_count()} cores of {model}; Python {platform.python_version()}, {versions}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all cases and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", nargs="+", default=["lstm"], choices=["rnn", "lstm", "gru"])
    parser.add_argument("--units", nargs="+", type=int, default=[128, 256, 512, 1024])
    parser.add_argument("--rows", nargs="+", type=int, default=[16, 64])
    parser.add_argument("--steps", nargs="+", type=int, default=[32, 128])
    parser.add_argument("--shapes", nargs="+", default=[], help="HxBxT, instead of all combinations")
    parser.add_argument("--dtypes", nargs="+", default=["float32", "bfloat16"], choices=["float32", "bfloat16"])
    parser.add_argument("--kinds", nargs="+", default=["train", "infer"], choices=["train", "infer"])
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a turn")
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for idle cores before a turn")
    parser.add_argument("--shared-machine", action="store_true", help="other programs run: threads wait passively")
    parser.add_argument("--out", type=Path, default=RESULTS / "layers.md")
    options = parser.parse_args(arguments)
    shapes = [tuple(map(int, shape.split("x"))) for shape in options.shapes]
    shapes = shapes or list(itertools.product(options.units, options.rows, options.steps))
    about = f"# Recurrent layers\n\n{machine()}\n"
    if options.shared_machine:
        about += "\nOther programs ran at the same time: the ratio by CPU time is the one to trust.\n"
    lines = [about, HEADER, "|" + "---|" * (HEADER.count("|") - 1)]
    print("\n".join(lines), flush=True)
    for cell, dtype, shape in itertools.product(options.cells, options.dtypes, shapes):
        case = Case(cell, *shape, dtype)
        passive = options.shared_machine
        for line in measure(case, options.kinds, options.rounds, options.seconds, options.patience, passive):
            lines.append(table_row(line))
            print(lines[-1], flush=True)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def serve(train: Callable[[], Any], infer: Callable[[], Any]) -> None:
    """Answer the lines of `Worker.ask` until the input ends."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    train()
    print(time.perf_counter() - start, flush=True)
    steps = {"train": train, "infer": infer}
    for line in sys.stdin:
        what, count = line.split()
        if what == "memory":
            print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, flush=True)
            continue
        times: list[float] = []
        work: list[float] = []
        for _ in range(int(count)):
            start, worked = time.perf_counter(), time.process_time()
            steps[what]()
            times.append((time.perf_counter() - start) * 1000)
            work.append((time.process_time() - worked) * 1000)
        print(*times, *work, flush=True)


def torch_worker(case: Case) -> None:
    """PyTorch's fused layers on both cores, autocast for bfloat16."""
    import torch

    torch.set_num_threads(2)
    kinds = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    embedding = torch.nn.Embedding(SYMBOLS, case.units)
    recurrent = kinds[case.cell](case.units, case.units, 2, batch_first=True)
    logits = torch.nn.Linear(case.units, SYMBOLS)
    parameters = [*embedding.parameters(), *recurrent.parameters(), *logits.parameters()]
    optimizer = torch.optim.Adam(parameters, LEARNING_RATE)
    tokens, targets = torch.randint(0, SYMBOLS, (2, case.rows, case.steps))

    def forward() -> Any:
        with torch.autocast("cpu", torch.bfloat16, enabled=case.dtype == "bfloat16"):
            return logits(recurrent(embedding(tokens))[0])

    def train() -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(forward().float().reshape(-1, SYMBOLS), targets.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return float(loss.detach())

    def infer() -> float:
        with torch.no_grad():
            return float(forward()[0, 0, 0])

    serve(train, infer)


def tensorflow_worker(case: Case, ours: bool) -> None:
    """Ours with a replica on each core, as the trainer has it; stock Keras as its users run it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    replicas = 2 if ours else 1
    if ours:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(replicas)
    import keras
    import numpy as np

    if case.dtype == "bfloat16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]) if ours else tf.distribute.get_strategy()
    with strategy.scope():
        model = _our_model(case) if ours else _keras_model(case)
        optimizer = keras.optimizers.Adam(LEARNING_RATE)
        optimizer.build(model.trainable_variables)
    # The gradients are summed before they are clipped; the optimizer shall not sum them again.
    optimizer._all_reduce_sum_gradients = lambda pairs: pairs
    variables = model.trainable_variables

    def replica_step(tokens: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = tf.cast(model(tokens, training=True), tf.float32)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
            loss = tf.reduce_sum(losses) / (case.rows * case.steps)
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]
        if ours:
            gradients = tf.distribute.get_replica_context().all_reduce("sum", gradients)
        gradients, _ = tf.clip_by_global_norm(gradients, CLIP)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    @tf.function
    def train_step(tokens: Any, targets: Any) -> Any:
        return strategy.reduce("sum", strategy.run(replica_step, args=(tokens, targets)), axis=None)

    @tf.function
    def infer_step(tokens: Any) -> Any:
        return strategy.run(lambda tokens: model(tokens, training=False), args=(tokens,))

    def share(values: Any) -> Any:
        if not ours:
            return tf.constant(values)
        parts = np.split(values, replicas)
        return strategy.experimental_distribute_values_from_function(
            lambda context: tf.constant(parts[context.replica_id_in_sync_group])
        )

    drawn = np.random.default_rng(0).integers(0, SYMBOLS, (2, case.rows, case.steps)).astype("int32")
    tokens, targets = share(drawn[0]), share(drawn[1])
    serve(
        lambda: float(train_step(tokens, targets)),
        lambda: [part.numpy() for part in strategy.experimental_local_results(infer_step(tokens))],
    )


def _our_model(case: Case) -> Any:
    import keras

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from zoo.layers import Stack

    class Model(keras.Model):
        """Embedding, stack, softmax."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = keras.layers.Embedding(SYMBOLS, case.units)
            self.stack = Stack(case.cell, layers=2, units=case.units)
            self.logits = keras.layers.Dense(SYMBOLS)
            self.embedding.build((None, None))
            self.stack.build((None, None, case.units))
            self.logits.build((None, None, case.units))
            self.built = True

        def call(self, tokens: Any, training: bool = False) -> Any:
            outputs, _ = self.stack(tokens, table=self.embedding.embeddings, training=training)
            return self.logits(outputs)

    return Model()


def _keras_model(case: Case) -> Any:
    import keras

    kind = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[case.cell]
    tokens = keras.Input((case.steps,), dtype="int32")
    outputs = keras.layers.Embedding(SYMBOLS, case.units)(tokens)
    for _ in range(2):
        outputs = kind(case.units, return_sequences=True)(outputs)
    return keras.Model(tokens, keras.layers.Dense(SYMBOLS)(outputs))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        name, cell, units, rows, steps, dtype = sys.argv[2:]
        chosen = Case(cell, int(units), int(rows), int(steps), dtype)
        torch_worker(chosen) if name == "torch" else tensorflow_worker(chosen, ours=name == "ours")
    else:
        main()
