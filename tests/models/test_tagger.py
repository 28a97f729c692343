"""The tagger: frames encoded by parts are the same frames; a causal one looks at no later frame, and steps."""

from __future__ import annotations

import numpy as np
import pytest

import zoo
from zoo.models import Tagger, tagger


def clip(rows: int, frames: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (rows, frames, 8, 8, 1), np.uint8)  # [B, T, 8, 8, 1]


@pytest.mark.parametrize("at_once", [5, 7, 8, 41, 42, 43])
def test_frames_are_encoded_by_parts(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    model = Tagger(3, (8, 8, 1), units=5, filters=(4,))
    model.build()
    mask = np.ones((2, 21), bool)
    whole = np.asarray(model(clip(2, 21), mask=mask))
    monkeypatch.setattr(tagger, "AT_ONCE", at_once)
    np.testing.assert_allclose(np.asarray(model(clip(2, 21), mask=mask)), whole, atol=1e-5)


@pytest.mark.parametrize("layers", [0, 2])
@pytest.mark.parametrize("frame", [(4,), (8, 8, 1)])
def test_a_causal_tagger_steps_as_it_runs(layers: int, frame: tuple[int, ...]) -> None:
    model = Tagger(3, frame, layers=layers, units=5, causal=True, filters=(4,))
    model.build()
    frames = clip(2, 6) if len(frame) == 3 else np.random.default_rng(0).normal(size=(2, 6, 4)).astype(np.float32)
    whole = np.asarray(model(frames, mask=np.ones((2, 6), bool)))  # [B, T, classes]
    np.testing.assert_allclose(np.asarray(model(frames[:, :3], mask=np.ones((2, 3), bool))), whole[:, :3], atol=1e-5)
    states = model.start(2)
    for time in range(6):
        logits, states = model.step(frames[:, time], states)
        np.testing.assert_allclose(np.asarray(logits), whole[:, time], atol=1e-5)


def test_one_that_reads_in_both_directions_does_not_step() -> None:
    with pytest.raises(zoo.UsageError, match="reads in both directions and cannot label a stream"):
        Tagger(3, (4,)).start(1)
    with pytest.raises(zoo.UsageError, match="a frame must be a vector or an image"):
        Tagger(3, (4, 4))
