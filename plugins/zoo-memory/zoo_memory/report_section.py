"""The section of a report: where the heads of a memory write and read while a sequence goes by."""

from __future__ import annotations

import zoo
from zoo.report import Section, figures, heat_map


def addressing_section(run: zoo.Run) -> list[Section]:
    """Show the addressing of a run of the task `memory` over its first test sequence.

    Args:
        run: of any task; only those with a memory have the section.
    """
    if run.topology.name != "answering":
        return []
    frames = run.codecs["source"].encode(next(iter(run.splits.test))["source"])  # [T, D]
    found = run.model.addressing(frames)
    if found is None:
        return []
    weightings, answers = found  # [T, H, N], [T, K]
    names = ["written at", *("read at" for _ in range(weightings.shape[1] - 1))]
    maps = [("seen", frames.T), ("answered", answers.T), *zip(names, weightings.transpose(1, 2, 0), strict=True)]
    edge = max(6, min(16, 900 // len(frames)))
    drawn = [(heat_map(values, label=name, edge=edge), name) for name, values in maps]
    lead = "A column is a frame of a test sequence; a row is a bit, or a location of the memory."
    return [Section("Addressing", figures(drawn, 900), lead)]
