"""The loops that users of PyTorch write, as contenders: sampling, and a beam search after JoeyNMT's."""

from __future__ import annotations

import sys

import numpy as np
import torch
from torch import nn
from torch.nn.functional import log_softmax, softmax

from zoo.bench.search_case import BEGIN, END, PENALTY, VOCABULARY, BeamCase, SampleCase, case_of
from zoo.bench.turns import serve

State = tuple[torch.Tensor, torch.Tensor]
"""Of an LSTM: hidden and cell, `[1, R, U]`."""


def contend_in_sampling(case: SampleCase) -> None:
    """Serve texts, drawn one character at a time."""
    embedding, logits = nn.Embedding(VOCABULARY, case.units), nn.Linear(case.units, VOCABULARY)
    recurrent = nn.LSTM(case.units, case.units, 2, batch_first=True)

    @torch.no_grad()
    def sample() -> np.ndarray:
        token, state, text = torch.zeros((case.rows, 1), dtype=torch.long), None, []
        for _ in range(case.steps):
            output, state = recurrent(embedding(token), state)
            token = torch.multinomial(softmax(logits(output[:, -1]), -1), 1)  # [B, 1]
            text.append(token)
        return torch.cat(text, 1).numpy()

    serve({"sample": sample})


class Translator(nn.Module):
    """An encoder and an attending decoder with input feeding.

    Args:
        case: its sizes and weights.
    """

    def __init__(self, case: BeamCase) -> None:
        super().__init__()
        units, half, size = case.units, case.units // 2, case.vocabulary
        self.read, self.write = nn.Embedding(size, half), nn.Embedding(size, half)
        self.encoder = nn.LSTM(half, half, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * half, 2 * units)
        self.decoder = nn.LSTM(half + units, units, batch_first=True)
        self.keys, self.query = nn.Linear(2 * half, units, bias=False), nn.Linear(units, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)
        self.combine = nn.Linear(2 * half + units, units, bias=False)
        self.logits = nn.Linear(units, size)
        self._load([torch.from_numpy(values) for values in case.weights()])

    def _load(self, weights: list[torch.Tensor]) -> None:
        read, *readers, combine = weights[:8]
        kernel, recurrent, bias, query, keys, score, write, logits, logits_bias, bridge, bridge_bias = weights[8:]
        lstms = [(self.encoder, "l0", readers[:3]), (self.encoder, "l0_reverse", readers[3:])]
        lstms.append((self.decoder, "l0", [kernel, recurrent, bias]))
        for lstm, suffix, parts in lstms:
            for name, values in zip(("weight_ih_", "weight_hh_", "bias_ih_"), parts, strict=True):
                getattr(lstm, name + suffix).data.copy_(values.T if values.dim() > 1 else values)
            getattr(lstm, "bias_hh_" + suffix).data.zero_()
        self.read.weight.data.copy_(read)
        self.write.weight.data.copy_(write)
        linear = {self.combine: combine, self.query: query, self.keys: keys, self.score: score}
        linear |= {self.logits: logits, self.bridge: bridge}
        for layer, values in linear.items():
            layer.weight.data.copy_(values.T)
        self.logits.bias.data.copy_(logits_bias)
        self.bridge.bias.data.copy_(bridge_bias)

    def encode(self, source: torch.Tensor) -> tuple[torch.Tensor, State]:
        """Read sentences [B, S]: the memory [B, S, D] and the decoder's first state, two of [1, B, U]."""
        memory, (last, _) = self.encoder(self.read(source))
        flat = torch.tanh(self.bridge(torch.cat([last[0], last[1]], -1)))
        return memory, tuple(part[None].contiguous() for part in flat.chunk(2, -1))

    def step(
        self,
        tokens: torch.Tensor,
        state: State,
        vector: torch.Tensor,
        memory: torch.Tensor,
        keys: torch.Tensor,
        mask: torch.Tensor,
    ) -> tuple[torch.Tensor, State, torch.Tensor]:
        """Read tokens [R, 1]; logits [R, V], the state, and the attentional vector [R, 1, U]."""
        output, state = self.decoder(torch.cat([self.write(tokens), vector], -1), state)
        scores = self.score(torch.tanh(self.query(output) + keys)).transpose(1, 2)  # [R, 1, S]
        scores = scores.masked_fill(~mask, float("-inf"))
        context = torch.bmm(softmax(scores, -1), memory)
        vector = torch.tanh(self.combine(torch.cat([context, output], -1)))
        return self.logits(vector[:, 0]), state, vector


def beam_search(model: Translator, source: torch.Tensor, case: BeamCase, literal: bool) -> torch.Tensor:
    """Search for the best answers to a batch of sentences.

    Args:
        model: the translator.
        source: int [B, S].
        case: beam and length.
        literal: do what JoeyNMT does and could be spared: project the keys and gather the memory at every step, and
            divide all scores by the length penalty rather than the best ones alone.

    Returns:
        int [B, T].
    """
    memory, state = model.encode(source)
    rows, beam, size = len(source), case.beam, case.vocabulary
    keys = None if literal else model.keys(memory).repeat_interleave(beam, 0)  # [B W, S, U]
    memory = memory.repeat_interleave(beam, 0)
    state = tuple(part.repeat_interleave(beam, 1) for part in state)
    mask = torch.ones((rows * beam, 1, case.places), dtype=torch.bool)
    vector = memory.new_zeros(rows * beam, 1, case.units)
    texts = torch.full((rows * beam, 1), BEGIN)
    totals = torch.tensor([0.0] + [float("-inf")] * (beam - 1)).repeat(rows)  # [B W]
    first = torch.arange(0, rows * beam, beam)[:, None]
    for step in range(case.length):
        known = model.keys(memory) if literal else keys
        logits, state, vector = model.step(texts[:, -1:], state, vector, memory, known, mask)
        scores = log_softmax(logits, -1)  # [B W, V]
        scores[:, END] = float("-inf")
        scores += totals[:, None]
        penalty = ((6.0 + step) / 6.0) ** PENALTY
        if literal:
            scores /= penalty
        best, places = scores.view(rows, beam * size).topk(beam, -1)  # [B, W]
        if not literal:
            best = best / penalty
        totals = (best * penalty).view(-1)
        parents = (first + torch.div(places, size, rounding_mode="floor")).view(-1)
        texts = torch.cat([texts.index_select(0, parents), (places % size).view(-1, 1)], 1)
        state = tuple(part.index_select(1, parents) for part in state)
        vector = vector.index_select(0, parents)
        if literal:
            memory, mask = memory.index_select(0, parents), mask.index_select(0, parents)
    return texts.view(rows, beam, -1)[:, 0, 1:]


def contend_in_beams(case: BeamCase, literal: bool, answers: str) -> None:
    """Serve the best answers to all sentences; `write` keeps the last ones in a file."""
    model, sources = Translator(case).eval(), torch.from_numpy(case.sources()).long()
    found: list[np.ndarray] = []

    @torch.no_grad()
    def search() -> None:
        found[:] = [beam_search(model, part, case, literal).numpy() for part in sources.split(case.batch)]

    serve({"beam": search, "write": lambda: np.save(answers, np.concatenate(found))})


if __name__ == "__main__":
    name, answers, *words = sys.argv[1:]
    case = case_of(words)
    torch.set_num_threads(case.cores)
    if isinstance(case, BeamCase):
        contend_in_beams(case, name == "joeynmt", answers)
    else:
        contend_in_sampling(case)
