"""PyTorch's fused recurrent layers as a contender; autocast for bfloat16."""

from __future__ import annotations

import sys

import torch

from zoo.bench.layers_case import CLIP, LEARNING_RATE, VOCABULARY, Case, case_of
from zoo.bench.turns import serve


def contend(case: Case) -> None:
    """Serve training steps and forward passes of a case."""
    torch.set_num_threads(case.cores)
    kinds = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    embedding = torch.nn.Embedding(VOCABULARY, case.units)
    recurrent = kinds[case.cell](case.units, case.units, 2, batch_first=True)
    logits = torch.nn.Linear(case.units, VOCABULARY)
    parameters = [*embedding.parameters(), *recurrent.parameters(), *logits.parameters()]
    optimizer = torch.optim.Adam(parameters, LEARNING_RATE)
    tokens, targets = torch.randint(0, VOCABULARY, (2, case.rows, case.steps))

    def forward() -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=case.dtype == "bfloat16"):
            return logits(recurrent(embedding(tokens))[0])  # [B, T, VOCABULARY]

    def train() -> float:
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(forward().float().reshape(-1, VOCABULARY), targets.reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        return float(loss.detach())

    def infer() -> float:
        with torch.no_grad():
            return float(forward()[0, 0, 0])

    serve({"train": train, "infer": infer})


if __name__ == "__main__":
    contend(case_of(sys.argv[1:]))
