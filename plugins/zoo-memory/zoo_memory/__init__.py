"""Memory: cells that read and write an external memory, by soft or hard addressing, and images of the addressing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import zoo

if TYPE_CHECKING:
    from zoo.report import Section
    from zoo_memory.addressing_plots import AddressingPlots
    from zoo_memory.layer import NeuralTuringMachine

ZOO_API = 1


def ntm(units: int, **arguments: Any) -> NeuralTuringMachine:
    """Make a neural Turing machine with an LSTM as its controller; see `zoo_memory.layer.NeuralTuringMachine`."""
    from zoo_memory.layer import NeuralTuringMachine

    return NeuralTuringMachine(units, **arguments)


def ntm_dense(units: int, **arguments: Any) -> NeuralTuringMachine:
    """Make a neural Turing machine whose controller has no state of its own: all it remembers is in the memory."""
    return ntm(units, controller="dense", **arguments)


def ntm_hard(units: int, **arguments: Any) -> NeuralTuringMachine:
    """Make a neural Turing machine that writes and reads at one drawn place a step."""
    return ntm(units, hard=True, **arguments)


def addressing(folder: Path) -> AddressingPlots:
    """Make a callback that draws where the task's model writes and reads, after each evaluation."""
    from zoo_memory.addressing_plots import AddressingPlots

    return AddressingPlots(folder)


def addressing_sections(run: zoo.Run) -> list[Section]:
    """Show where a run of the task writes and reads, in its report."""
    from zoo_memory.report_section import addressing_section

    return addressing_section(run)


@zoo.hookimpl
def zoo_cells():
    """Give the cells, for `model.cell=NAME` of any task."""
    return {"ntm": ntm, "ntm_dense": ntm_dense, "ntm_hard": ntm_hard}


@zoo.hookimpl
def zoo_callbacks():
    """Give the images, for `train.callbacks=addressing`."""
    return {"addressing": addressing}


@zoo.hookimpl
def zoo_report():
    """Give the section of reports with the addressing."""
    return {"addressing": addressing_sections}
