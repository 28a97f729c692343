"""Answers to a held-out split, as many as a few seconds allow."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.runs.run import Run
    from zoo.topology import Answer
    from zoo.topology.answer import Judgement

MOST = 400
FIRST = 24
"""Examples that are answered in any case; they show how long others take."""
SECONDS = 4.0
"""Of the processor, so that a busy machine changes nothing."""


@dataclass(frozen=True)
class Answered:
    """A run's answers to the first examples of a split.

    Attributes:
        split: its name.
        examples: raw.
        answers: one an example.
        judgement: how they compare with the truth.
        total: examples of the whole split.
    """

    split: str
    examples: Sequence[RawExample]
    answers: Sequence[Answer]
    judgement: Judgement
    total: int

    @property
    def order(self) -> list[int]:
        """Places of the examples: the most wrong first, then those that are right, the surest first."""
        worst = list(self.judgement.worst)
        right = sorted(
            set(range(len(self.answers))) - set(worst), key=lambda place: -(self.answers[place].score or 0.0)
        )
        return worst + right

    @property
    def note(self) -> str:
        """Which examples were answered, where these are not all."""
        if len(self.answers) == self.total:
            return ""
        return f"Of the {self.split} split, the first {len(self.answers):,} of {self.total:,} examples."


def answer_split(run: Run, seconds: float = SECONDS, most: int = MOST) -> Answered | None:
    """Answer the test split, or else the validation split.

    Args:
        run: of a topology that judges answers.
        seconds: of the processor, after which no further batch is begun.
        most: examples at most.

    Returns:
        The answers; None if the topology does not judge, or the run has no held-out examples.
    """
    if not run.topology.judges:
        return None
    for split in ("test", "validation"):
        examples = getattr(run.splits, split)
        if len(examples):
            chosen = list(islice(iter(examples), most))
            answers: list[Answer] = []
            began, count = time.process_time(), FIRST
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of unknown words: the report counts them
                while len(answers) < len(chosen) and (not answers or time.process_time() - began < seconds):
                    answers += run.answer([example["source"] for example in chosen[len(answers) :][:count]])
                    count *= 2
            chosen = chosen[: len(answers)]
            return Answered(split, chosen, answers, run.topology.judge(chosen, answers), len(examples))
    return None
