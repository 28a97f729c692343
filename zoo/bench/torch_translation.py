"""A translation model of PyTorch; with input feeding a loop over the target, as JoeyNMT writes it."""

from __future__ import annotations

import sys

import torch
from torch import nn

from zoo.bench.translation_case import CLIP, LEARNING_RATE, Case, case_of
from zoo.bench.turns import serve


class Model(nn.Module):
    """Encoder and decoder."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        units, half, self.feeding = case.units, case.units // 2, case.feeding
        self.units = units
        self.read, self.write = nn.Embedding(case.pieces, half), nn.Embedding(case.pieces, half)
        self.encoder = nn.LSTM(half, half, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * half, 2 * units)
        self.decoder = nn.LSTM(half + (units if case.feeding else 0), units, batch_first=True)
        self.keys, self.query = nn.Linear(2 * half, units, bias=False), nn.Linear(units, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)
        self.combine = nn.Linear(2 * half + units, units, bias=case.feeding)
        self.logits = nn.Linear(units, case.pieces)

    def forward(self, source: torch.Tensor, mask: torch.Tensor, previous: torch.Tensor) -> torch.Tensor:
        """Return the logits [B, T, V] of source and previous [B, T]."""
        memory, (last, _) = self.encoder(self.read(source))
        start = torch.tanh(self.bridge(torch.cat([last[0], last[1]], -1))).chunk(2, -1)
        state = tuple(part[None].contiguous() for part in start)
        embedded = self.write(previous)
        if not self.feeding:
            outputs, _ = self.decoder(embedded, state)
            scores = torch.bmm(outputs, memory.transpose(1, 2)).masked_fill(~mask[:, None], float("-inf"))
            contexts = torch.bmm(torch.softmax(scores, -1), memory)
            return self.logits(torch.tanh(self.combine(torch.cat([contexts, outputs], -1))))
        keys, vectors = self.keys(memory), []
        fed = embedded.new_zeros(len(source), 1, self.units)
        for step in range(previous.shape[1]):
            output, state = self.decoder(torch.cat([embedded[:, step : step + 1], fed], -1), state)
            scores = self.score(torch.tanh(self.query(output) + keys)).transpose(1, 2)  # [B, 1, S]
            scores = torch.where(mask[:, None], scores, scores.new_full([1], float("-inf")))
            context = torch.bmm(torch.softmax(scores, -1), memory)
            fed = torch.tanh(self.combine(torch.cat([output, context], -1)))
            vectors.append(fed)
        return self.logits(torch.cat(vectors, 1))


def contend(case: Case) -> None:
    """Serve training steps; autocast for bfloat16."""
    torch.set_num_threads(case.cores)
    model, batch = Model(case), case.batch()
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    source, previous, target = (torch.from_numpy(batch[name]).long() for name in ("source", "previous", "target"))
    mask = torch.from_numpy(batch["source_mask"])

    def train() -> float:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=case.dtype == "bfloat16"):
            logits = model(source, mask, previous)
        loss = nn.functional.cross_entropy(logits.float().reshape(-1, case.pieces), target.reshape(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        return float(loss.detach())

    serve({"train": train})


if __name__ == "__main__":
    contend(case_of(sys.argv[1:]))
