"""Training and sampling on both engines beside PyTorch, by turns: `python benchmarks/engines.py [ROUNDS]`.

A character model of two LSTM layers of 256 on this Python's own sources, 64 windows of 64 a step in float32; then 64
texts of 256 characters. Compilation is not counted: the span of a training's first evaluation, and a first call.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from running import measure

ROWS, WINDOW, UNITS, LAYERS, LENGTH = 64, 64, 256, 2, 256
TRAINING = f"task=charlm model.units={UNITS} model.layers={LAYERS} model.dropout=0 batch.size={ROWS} " + (
    f"batch.length={WINDOW} train.steps=240 train.evaluate_every=80"
)
SAMPLING = """
import sys, time, zoo
folder, engine, rows, length = sys.argv[1:]
run = zoo.load(folder, engine=engine)
times = []
for _ in range(4):
    began = time.perf_counter()
    texts = run.sample("def ", count=int(rows), length=int(length))
    times.append(time.perf_counter() - began)
print(int(rows) * int(length) / min(times[1:]))
"""


def main(rounds: str = "2") -> None:
    """Measure, and print the table."""
    training: dict[str, list[float]] = {"tensorflow": [], "jax": [], "PyTorch": []}
    sampling: dict[str, list[float]] = {name: [] for name in training}
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text(_sources(), encoding="utf-8")
        for turn in range(int(rounds)):
            for engine in ("tensorflow", "jax"):
                out = Path(folder) / f"{engine}-{turn}"
                training[engine].append(measure(out, *TRAINING.split(), f"data={text}", f"engine={engine}").speed)
                command = [sys.executable, "-c", SAMPLING, str(out), engine, str(ROWS), str(LENGTH)]
                found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                sampling[engine].append(float(found))
            command = [sys.executable, __file__, "pytorch", str(text)]
            speeds = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            training["PyTorch"].append(speeds[0])
            sampling["PyTorch"].append(speeds[1])
    print("| engine | training, characters/s | sampling, characters/s |")
    print("|---|---|---|")
    for name in training:
        print(f"| {name} | {statistics.median(training[name]):,.0f} | {statistics.median(sampling[name]):,.0f} |")


def pytorch(path: str) -> None:
    """Measure PyTorch, and print both speeds as JSON."""
    import torch
    from torch import nn

    text = Path(path).read_text(encoding="utf-8")
    symbols = {symbol: index for index, symbol in enumerate(sorted(set(text)))}
    ids = torch.tensor([symbols[symbol] for symbol in text])
    embedding, logits = nn.Embedding(len(symbols), UNITS), nn.Linear(UNITS, len(symbols))
    recurrent = nn.LSTM(UNITS, UNITS, LAYERS, batch_first=True)
    weights = [*embedding.parameters(), *recurrent.parameters(), *logits.parameters()]
    optimizer = torch.optim.Adam(weights, 2e-3)
    streams = ids[: len(ids) // ROWS * ROWS].reshape(ROWS, -1)

    State = tuple[torch.Tensor, torch.Tensor]  # of an LSTM, each [layers, B, U]

    def step(number: int, state: State | None) -> State:
        begin = number * WINDOW % (streams.shape[1] - WINDOW - 1)
        window = streams[:, begin : begin + WINDOW + 1]
        outputs, state = recurrent(embedding(window[:, :-1]), state)
        loss = nn.functional.cross_entropy(logits(outputs).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        return tuple(part.detach() for part in state)

    def sample() -> None:
        token, state = torch.full((ROWS, 1), symbols["d"]), None
        for _ in range(LENGTH):
            outputs, state = recurrent(embedding(token), state)
            token = torch.multinomial(logits(outputs[:, -1]).softmax(-1), 1)

    state = None
    for number in range(20):
        state = step(number, state)
    began = time.perf_counter()
    for number in range(20, 120):
        state = step(number, state)
    trained = 100 * ROWS * WINDOW / (time.perf_counter() - began)
    times = []
    with torch.no_grad():
        for _ in range(4):
            began = time.perf_counter()
            sample()
            times.append(time.perf_counter() - began)
    print(json.dumps([trained, ROWS * LENGTH / min(times[1:])]))


def _sources() -> str:
    """Some millions of characters of Python, of which any installation has its own."""
    folder = Path(os.__file__).parent
    texts = (path.read_text(encoding="utf-8", errors="ignore") for path in sorted(folder.glob("*.py")))
    return "".join(character for character in "".join(texts)[:3_000_000] if character.isascii())


if __name__ == "__main__":
    if sys.argv[1:2] == ["pytorch"]:
        pytorch(sys.argv[2])
    else:
        main(*sys.argv[1:])
