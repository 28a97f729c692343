"""A translation model of JoeyNMT itself: its own classes, its own training step; run by a Python that has JoeyNMT."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import torch
from joeynmt.builders import build_gradient_clipper, build_optimizer
from joeynmt.model import build_model
from joeynmt.vocabulary import Vocabulary

from zoo.bench.translation_case import CLIP, LEARNING_RATE, Case, case_of
from zoo.bench.turns import serve

MARKS = {"unk": "<unk>", "pad": "<pad>", "bos": "<s>", "eos": "</s>"}


def configuration(case: Case) -> dict[str, object]:
    """Give the model's part of a JoeyNMT configuration."""
    half = case.units // 2
    return {
        "encoder": {
            "type": "recurrent",
            "rnn_type": "lstm",
            "embeddings": {"embedding_dim": half},
            "hidden_size": half,
            "bidirectional": True,
            "num_layers": 1,
            "dropout": 0.0,
        },
        "decoder": {
            "type": "recurrent",
            "rnn_type": "lstm",
            "embeddings": {"embedding_dim": half},
            "hidden_size": case.units,
            "num_layers": 1,
            "dropout": 0.0,
            "hidden_dropout": 0.0,
            "init_hidden": "bridge",
            "input_feeding": True,
            "attention": "bahdanau",
        },
    }


def contend(case: Case) -> None:
    """Serve training steps; autocast for bfloat16."""
    torch.set_num_threads(case.cores)
    ids = {f"{name}_id": place for place, name in enumerate(MARKS)}
    marks = {f"{name}_token": mark for name, mark in MARKS.items()}
    words = [f"w{number}" for number in range(case.pieces - len(MARKS))]
    special = SimpleNamespace(**ids, **marks, sep_token=None, sep_id=None, lang_tags=[])
    vocabulary = Vocabulary(words, special)
    model = build_model(configuration(case), vocabulary, vocabulary)
    model.loss_function = ("crossentropy", 0.0)
    optimizer = build_optimizer({"optimizer": "adam", "learning_rate": LEARNING_RATE}, model.parameters())
    clip = build_gradient_clipper({"clip_grad_val": None, "clip_grad_norm": CLIP})
    batch = case.batch()
    # No token of the batch is padding, which JoeyNMT would leave out of its loss.
    source, previous, target = (
        torch.from_numpy(batch[name]).long().clamp(min=len(MARKS)) for name in ("source", "previous", "target")
    )
    present = torch.ones(case.rows, 1, case.length, dtype=torch.bool)
    lengths = torch.full((case.rows,), case.length)

    def train() -> float:
        with torch.autocast("cpu", torch.bfloat16, enabled=case.dtype == "bfloat16"):
            loss, _, _, _ = model(
                return_type="loss",
                src=source,
                src_length=lengths,
                src_mask=present,
                trg_input=previous,
                trg=target,
                trg_mask=present,
            )
        loss = loss / target.numel()
        loss.backward()
        clip(parameters=model.parameters())
        optimizer.step()
        model.zero_grad()
        return float(loss.detach())

    serve({"train": train})


if __name__ == "__main__":
    contend(case_of(sys.argv[1:]))
