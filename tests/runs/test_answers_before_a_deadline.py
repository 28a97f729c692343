"""The final answers of a run end with its minutes: fewer are compared with the truth, and the report says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from zoo.runs import evaluation_report
from zoo.runs.evaluation_report import FIRST, compare_answers
from zoo.topology import Answer, Judgement


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Echo:
    """A topology whose answer is its source, each after a second."""

    judges = True

    def __init__(self, clock: Clock) -> None:
        self.clock, self.calls = clock, list[int]()

    def answer(self, inference: object, sources: Sequence[str], settings: object) -> list[Answer]:
        self.calls.append(len(sources))
        self.clock.now += len(sources)
        return [Answer(source) for source in sources]

    def judge(self, examples: Sequence[Mapping[str, str]], answers: Sequence[Answer]) -> Judgement:
        assert [example["source"] for example in examples] == [answer.value for answer in answers]
        return Judgement({"judged": float(len(answers))})

    def show_beside(self, *values: object) -> tuple[str, ...]:
        return tuple(map(str, values))

    def remark(self, answer: Answer) -> str:
        return ""


@pytest.mark.parametrize("seconds", [0, 40, 65, 100, 600, 999, 1000, 5000, None])
def test_answers_end_with_the_deadline(seconds: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(evaluation_report, "time", SimpleNamespace(perf_counter=clock.perf_counter))
    topology = Echo(clock)
    examples = [{"source": str(n), "target": str(n)} for n in range(1000)]
    report = compare_answers(topology, None, None, examples, "test", {}, deadline=seconds)  # type: ignore[arg-type]
    judged = int(report.metrics["judged"])
    if seconds is None or seconds >= 1000:
        assert judged == 1000 and not report.notes
    else:
        assert max(FIRST, seconds - FIRST // 4) <= judged <= max(FIRST, seconds)
        assert f"the first {judged} of 1,000 examples" in report.notes[0]
        assert "train.minutes" in report.notes[0]
