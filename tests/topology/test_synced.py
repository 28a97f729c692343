"""A label a frame: sequences are trained on in pieces, and measured and answered whole."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from zoo.codecs import Codec, LabelCodec, VectorCodec
from zoo.codecs.codec import RawExample
from zoo.errors import ZooError
from zoo.topology import Answer, Synced
from zoo.topology.inference import Inference

LENGTHS = (95, 7, 30, 61)
SETTINGS: Any = SimpleNamespace(batch=SimpleNamespace(size=4, tokens=0, length=20), seed=0)


def examples() -> list[RawExample]:
    draw = np.random.default_rng(0)
    sources = [draw.normal(size=(length, 2)).astype(np.float32) for length in LENGTHS]
    return [{"source": source, "target": ["up" if x > 0 else "down" for x, _ in source]} for source in sources]


def codecs() -> dict[str, Codec]:
    found: dict[str, Codec] = {"source": VectorCodec(), "target": LabelCodec()}
    for role, codec in found.items():
        codec.fit([example[role] for example in examples()])
    return found


@pytest.mark.parametrize("split", ["train", "validation"])
def test_no_frame_is_left_out(tmp_path: Path, split: str) -> None:
    batches = Synced().batches(examples(), codecs(), SETTINGS, folder=tmp_path, split=split)
    for epoch in range(3):
        found = list(batches.epoch(epoch))
        assert sum(batch["weights"].sum() for batch in found) == sum(LENGTHS)
        lengths = [batch["source"].shape[1] for batch in found]
        assert max(lengths) == (19 if split == "train" else 95), "five pieces of 19 frames"


def test_pieces_begin_elsewhere_in_each_epoch(tmp_path: Path) -> None:
    batches = Synced().batches(examples()[:1], codecs(), SETTINGS, folder=tmp_path, split="train")
    firsts = [{float(row[0, 0]) for batch in batches.epoch(epoch) for row in batch["source"]} for epoch in (0, 1, 0)]
    assert firsts[0] != firsts[1] and firsts[0] == firsts[2]


def test_answers_are_to_whole_sequences_in_the_order_of_the_inputs() -> None:
    def model(values: np.ndarray, mask: np.ndarray, training: bool) -> np.ndarray:
        assert values.shape[0] * values.shape[1] <= max(4 * 20, 96)
        return np.stack([-values[..., 0], values[..., 0]], -1)  # [B, S, 2]: down, up

    inference = Inference(model, codecs(), lambda function: function)  # type: ignore[arg-type]
    inputs = [example["source"] + inference.codecs["source"]._mean for example in examples()]  # type: ignore[attr-defined]
    answers = Synced().answer(inference, inputs, SETTINGS)
    assert [answer.value for answer in answers] == [example["target"] for example in examples()]
    first = answers[1]
    again = [one["label"] for one in first.details["segments"] for _ in range(one["start"], one["end"])]
    assert again == first.value
    shares = first.details["probabilities"]
    assert set(shares) == {"down", "up"} and shares["up"].shape == (7,)
    np.testing.assert_allclose(shares["up"] + shares["down"], 1, rtol=1e-5)
    with pytest.raises(ZooError, match="input 2 has no frame"):
        Synced().answer(inference, [inputs[0], inputs[0][:0]], SETTINGS)


def test_a_constant_answer_stands_beside_the_metrics() -> None:
    told = [{"target": ["a"] * 6 + ["b"] * 2}, {"target": ["b"] * 2}]
    judgement = Synced().judge(told, [Answer(list("aaaabbbb")), Answer(["b", "b"])])
    assert judgement.metrics["accuracy"] == pytest.approx(0.8)
    assert judgement.notes[0].startswith("Always 'a', the most frequent label here, would give accuracy 0.6000, macro")
    assert judgement.worst == (0,)


def test_truth_and_answer_are_drawn_under_each_other() -> None:
    source, truth, answer = Synced().show_beside(np.zeros((4, 2)), ["up", "up", "down", "down"], ["up"] * 4)
    assert (source, truth, answer) == ("4 frames: u up, d down", "uudd", "uuuu")
    assert Synced().show(["up", "up", "down"]) == "up x2, down x1"
