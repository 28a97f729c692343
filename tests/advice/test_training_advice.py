"""A training that does not learn, or learns by heart, says so once, with the setting to change."""

from __future__ import annotations

import math

import pytest

from tests.training.scripted import scripted
from zoo.advice import TrainingAdvisor
from zoo.training.progress import Evaluation, TextReporter, TrainingStatus
from zoo.training.target_frequencies import entropy


def evaluation(step: int, train: float, validation: float = math.nan) -> Evaluation:
    status = TrainingStatus(
        step=step, steps=0, epoch=0, loss=train, learning_rate=1, tokens_per_second=1, padding=0, waiting=0,
        elapsed=1, remaining=0,
    )  # fmt: skip
    return Evaluation(status, {"loss": train}, {} if math.isnan(validation) else {"loss": validation})


def test_a_loss_at_the_entropy_of_the_targets_is_no_learning():
    advisor = TrainingAdvisor(entropy({0: 1, 1: 1}), learning_rate=0.3)
    assert advisor.advise(evaluation(100, 0.7)) == ""
    line = advisor.advise(evaluation(400, 0.7))
    assert line.startswith("not learning: the loss 0.70 after 400 steps") and "train.learning_rate=0.1" in line
    assert advisor.advise(evaluation(500, 0.7)) == ""
    assert TrainingAdvisor(entropy({0: 1, 1: 1}), 0.3).advise(evaluation(400, 0.5)) == ""
    assert TrainingAdvisor(entropy({}), 0.3).advise(evaluation(400, 50.0)) == ""


def test_validation_that_rises_while_training_falls_is_overfitting():
    advisor = TrainingAdvisor(5.0, learning_rate=0.1, dropout=0.2)
    losses = [(3.0, 3.0), (2.0, 2.5), (1.5, 2.6), (1.0, 2.7), (0.6, 2.8), (0.4, 3.0)]
    lines = [advisor.advise(evaluation(100 * step, *pair)) for step, pair in enumerate(losses)]
    (line,) = filter(None, lines)
    assert lines[4] == line and line.startswith("overfitting: the validation loss 2.80 is 12% above its best")
    assert "model.dropout (now 0.2)" in line


@pytest.mark.parametrize("losses", [[3, 2, 1, 1, 1, 1, 1], [3, 2, 2.1, 2.15, 2.1, 2.1, 2.1]])
def test_a_training_that_goes_well_or_wavers_gets_no_advice(losses):
    advisor = TrainingAdvisor(5.0, learning_rate=0.1)
    assert not any(advisor.advise(evaluation(100 * step, loss * 0.9, loss)) for step, loss in enumerate(losses))


def test_advice_reaches_the_reader(capsys):
    trainer, _ = scripted(evaluations=[{"loss": 1.0}] * 2, steps=2, evaluate_every=2, report=TextReporter())
    trainer._advise = TrainingAdvisor(0.5, 0.3).advise
    trainer.state.step = 400
    trainer.settings.steps = 402
    trainer.train()
    assert "advice: not learning: the loss 1.00 after 402 steps" in capsys.readouterr().err
