"""Windows over series: what came before a moment, and the steps that follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

import zoo
from zoo.data import Input, Splits
from zoo_series.recordings import SPLITS


class Window(TypedDict):
    """`source` float32 [L, D] came before `target` float32 [K, D]."""

    source: np.ndarray
    target: np.ndarray


class Windows(Sequence[Window]):
    """Windows over series, cut when asked for.

    Args:
        series: [T, D] each.
        begins: for each window the number of its series, and the step at which its target begins.
        context: L, most steps that come before.
        steps: K, steps that follow.
    """

    def __init__(
        self, series: Sequence[np.ndarray], begins: Sequence[tuple[int, int]], context: int, steps: int
    ) -> None:
        self._series, self._begins, self._context, self._steps = series, begins, context, steps

    def __len__(self) -> int:
        return len(self._begins)

    def __iter__(self) -> Iterator[Window]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Window:  # type: ignore[override]
        number, begin = self._begins[index]
        series = self._series[number]
        before = series[max(0, begin - self._context) : begin]
        return {"source": before, "target": series[begin : begin + self._steps]}


def read_series(
    source: str, read_inputs: Callable[[str], Iterator[Input]], on_error: str = "stop"
) -> tuple[dict[str, list[np.ndarray]], tuple[str, ...]]:
    """Read series without labels.

    Args:
        source: a file, a folder of files, or a folder of folders `train`, `validation` and `test`.
        read_inputs: path -> the series there.
        on_error: `stop` at a series that cannot be read, or `skip`.

    Returns:
        split -> series, and what was noticed.

    Raises:
        zoo.ZooError: names the file and what is wrong.
    """
    root = Path(source).expanduser()
    places = {"train": root}
    if root.is_dir():
        named = {SPLITS[path.name.lower()]: path for path in root.iterdir() if path.name.lower() in SPLITS}
        places = named or places
    found: dict[str, list[np.ndarray]] = {}
    bad: list[str] = []
    for split, place in places.items():
        for one in read_inputs(str(place)):
            if one.problem and on_error == "stop":
                raise zoo.ZooError(one.problem)
            if one.problem:
                bad.append(one.problem)
            else:
                found.setdefault(split, []).append(np.asanyarray(one.value))
    if not found.get("train"):
        raise zoo.ZooError(f"data={source}: there are no series to train on")
    notes = (f"skipped {len(bad):,} series, the first because of {bad[0]}",) if bad else ()
    return found, notes


def cut_by_time(
    series: dict[str, list[np.ndarray]],
    context: int,
    steps: int,
    validation: float,
    test: float,
    notes: tuple[str, ...] = (),
) -> Splits:
    """Cut series into windows: the last steps of each are held out, so that no target of training is later.

    Held-out windows follow one another without overlap; what comes before them may lie in the training part.

    Args:
        series: split -> [T, D] each.
        context: most steps before a target.
        steps: K, of a target.
        validation: share of the steps of each training series, if there are no series for validation.
        test: share for testing, likewise.
        notes: what was noticed while reading.

    Raises:
        zoo.ZooError: every series is too short.
    """
    shares = {name: 0.0 if series.get(name) else share for name, share in (("validation", validation), ("test", test))}
    begins: dict[str, list[tuple[int, int]]] = {"train": [], "validation": [], "test": []}
    short = 0
    for number, one in enumerate(series["train"]):
        held = {name: max(steps, round(share * len(one))) if share else 0 for name, share in shares.items()}
        ends = {"train": len(one) - held["validation"] - held["test"], "validation": len(one) - held["test"]}
        first = min(context, max(1, (ends["train"] - steps) // 2))
        if ends["train"] < first + steps:
            short += 1
            continue
        begins["train"] += [(number, begin) for begin in range(first, ends["train"] - steps + 1)]
        for name, start, end in (
            ("validation", ends["train"], ends["validation"]),
            ("test", ends["validation"], len(one)),
        ):
            begins[name] += [(number, begin) for begin in range(start, end - steps + 1, steps)]
    if not begins["train"]:
        longest = max(len(one) for one in series["train"])
        raise zoo.ZooError(
            f"the series are too short to forecast {steps} steps: the longest has {longest}; decrease forecast.steps"
        )
    splits = {name: Windows(series["train"], chosen, context, steps) for name, chosen in begins.items()}
    for name in ("validation", "test"):
        if series.get(name):
            whole = [
                (number, begin)
                for number, one in enumerate(series[name])
                for begin in range(min(context, max(1, len(one) - steps)), len(one) - steps + 1, steps)
            ]
            splits[name] = Windows(series[name], whole, context, steps)
    if short:
        notes = (*notes, f"{short:,} series are too short to learn from")
    return Splits(splits["train"], splits["validation"], splits["test"], notes)
