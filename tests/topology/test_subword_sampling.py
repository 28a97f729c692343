"""Subword regularisation reaches the batches of training, and no others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import zoo
from zoo.codecs import PieceCodec
from zoo.topology.many_to_many import ManyToMany
from zoo_tasks.translation.task import Translation

ADJECTIVES = ["small", "smaller", "smallest", "tall", "taller", "tallest", "old", "older", "oldest", "cold"]
PAIRS = [
    {"source": f"the {word} cat of the {word} cats {n}", "target": f"le chat {word} des chats {word} {n}"}
    for n, word in enumerate(ADJECTIVES * 6)
]


def texts(sampling: float, split: str, folder: Path, number: int = 0) -> list[tuple[list[int], str]]:
    codec = PieceCodec(290, sentences=True)
    codec.fit(pair[role] for pair in PAIRS for role in ("source", "target"))
    settings: Any = SimpleNamespace(
        text=SimpleNamespace(sampling=sampling), batch=SimpleNamespace(size=60, tokens=0, length=50), seed=0
    )
    batches = ManyToMany().batches(PAIRS, {"source": codec, "target": codec}, settings, folder=folder, split=split)
    found = []
    for batch in batches.epoch(number):
        for row in np.flatnonzero(batch["index"] >= 0):
            ids = batch["source"][row][batch["source_mask"][row]].tolist()
            assert codec.decode(ids) == PAIRS[batch["index"][row]]["source"]
            target = batch["target"][row][batch["target_mask"][row]].tolist()
            assert target[-1] == codec.size + 1 and codec.decode(target[:-1]) == PAIRS[batch["index"][row]]["target"]
            found.append((ids, codec.decode(ids)))
    return sorted(found, key=lambda pair: pair[1])


def test_training_sees_other_pieces_of_the_same_text(tmp_path: Path) -> None:
    usual = texts(0.0, "train", tmp_path)
    assert usual == texts(0.0, "train", tmp_path, 1) == texts(0.2, "validation", tmp_path)
    first, second = texts(0.2, "train", tmp_path), texts(0.2, "train", tmp_path, 1)
    assert first == texts(0.2, "train", tmp_path), "an epoch is a function of its number"
    assert first != usual and first != second


def test_only_pieces_can_be_sampled() -> None:
    settings = Translation.Settings()
    settings.text.sampling = 0.2
    with pytest.raises(zoo.UsageError, match="text.sampling=0.2 needs text.unit=piece, not word"):
        Translation(settings).codecs()
