"""The course of the learning rate."""

from __future__ import annotations

import pytest

from zoo.settings import TrainSettings
from zoo.training.schedules import ScheduleState, learning_rate


def rate(moment: ScheduleState, **settings: object) -> float:
    return learning_rate(TrainSettings(learning_rate=1.0, **settings), moment)  # type: ignore[arg-type]


def at(step: int = 0, epoch: float = 0.0, progress: float = 0.0, plateaus: int = 0) -> ScheduleState:
    return ScheduleState(step, epoch, progress, plateaus)


def test_constant_is_constant():
    assert rate(at(0)) == rate(at(10_000, 7.0, 0.9)) == 1.0


def test_warmup_rises_linearly_and_reaches_the_full_rate_at_its_last_step():
    assert [rate(at(step), warmup=4) for step in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_cosine_goes_from_full_to_final():
    assert rate(at(progress=0.0), schedule="cosine", final=0.1) == pytest.approx(1.0)
    assert rate(at(progress=0.5), schedule="cosine", final=0.1) == pytest.approx(0.55)
    assert rate(at(progress=1.0), schedule="cosine", final=0.1) == pytest.approx(0.1)


def test_inverse_square_root_peaks_where_the_warmup_ends():
    rates = [rate(at(step), schedule="inverse_sqrt", warmup=100) for step in range(400)]
    assert max(rates) == rates[99] == pytest.approx(1.0)
    assert rates[399] == pytest.approx(0.5)


def test_exponential_falls_by_the_epoch_as_in_char_rnn():
    rates = [rate(at(epoch=epoch), schedule="exponential", decay=0.5, decay_after=10) for epoch in (0, 9.9, 10, 11.5)]
    assert rates == [1.0, 1.0, 0.5, 0.25]


def test_plateaus_multiply():
    assert rate(at(plateaus=3), schedule="plateau", decay=0.5) == 0.125
