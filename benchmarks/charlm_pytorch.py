"""The peer of `zoo run task=charlm`: the same text, split and time with PyTorch's nn.LSTM.

    pip install seqzoo[bench]
    python benchmarks/charlm_pytorch.py input.txt --minutes 3

Adam at 2e-3, decayed linearly to 0 over the time, gradient norm clipped to 5, state carried from window to window;
the last tenth of the text is held out. Prints one JSON line: validation nats a character over the whole held-out part.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

    State = tuple[torch.Tensor, torch.Tensor] | None  # of an LSTM, each [layers, B, U]; None: zeros


def main() -> None:
    """Train on a text for a given time and print what was reached."""
    import torch
    from torch import nn

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)

    text = options.text.read_text(encoding="utf-8")
    symbols = {symbol: index for index, symbol in enumerate(sorted(set(text)))}
    ids = np.array([symbols[symbol] for symbol in text], np.int64)
    border = len(ids) * 9 // 10
    size = len(symbols)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(size, options.units)
            self.recurrent = nn.LSTM(
                options.units, options.units, options.layers, dropout=options.dropout, batch_first=True
            )
            self.dropout = nn.Dropout(options.dropout)
            self.logits = nn.Linear(options.units, size)

        def forward(self, tokens: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
            outputs, state = self.recurrent(self.embedding(tokens), state)
            return self.logits(self.dropout(outputs)), state

    def streams(part: np.ndarray, rows: int) -> torch.Tensor:
        length = (len(part) - 1) // rows
        grid = np.stack([part[row * length : (row + 1) * length + 1] for row in range(rows)])
        return torch.from_numpy(grid)  # [B, length + 1]

    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    train = streams(ids[:border], options.batch)
    budget, elapsed, steps, seen = options.minutes * 60, 0.0, 0, 0
    while elapsed < budget:
        state = None
        for begin in range(0, train.shape[1] - 1, options.window):
            started = time.perf_counter()
            window = train[:, begin : begin + options.window + 1]
            tokens, target = window[:, :-1], window[:, 1:]
            if tokens.shape[1] == 0:
                continue
            for group in optimizer.param_groups:
                group["lr"] = 2e-3 * max(0.0, 1 - elapsed / budget)
            logits, state = model(tokens, state)
            state = tuple(part.detach() for part in state)
            loss = nn.functional.cross_entropy(logits.reshape(-1, size), target.reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            elapsed += time.perf_counter() - started
            steps, seen = steps + 1, seen + target.numel()
            if elapsed >= budget:
                break

    model.eval()
    held = streams(ids[border:], 1)
    total, count, state = 0.0, 0, None
    with torch.no_grad():
        for begin in range(0, held.shape[1] - 1, 1000):
            window = held[:, begin : begin + 1001]
            logits, state = model(window[:, :-1], state)
            losses = nn.functional.cross_entropy(logits.reshape(-1, size), window[:, 1:].reshape(-1), reduction="sum")
            total, count = total + float(losses), count + window.shape[1] - 1
    result = {
        "validation_nats": round(total / count, 4),
        "seconds": round(elapsed, 1),
        "steps": steps,
        "characters_per_second": round(seen / elapsed),
        "units": options.units,
        "layers": options.layers,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
