"""Answers inputs with a task's model: the part of a run that needs no folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.runtime.predictor import Predictor

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Input
    from zoo.task import Task


class TaskPredictor(Predictor):
    """A predictor whose task reads its inputs.

    Args:
        task: an instance of the task.
        name: the task's name.
        codecs: fitted, by role.
    """

    def __init__(self, task: Task, name: str, codecs: dict[str, Codec]) -> None:
        super().__init__(name, task.topology, task.settings, codecs)
        self.task = task

    def read_input(self, text: str) -> RawValue:
        """Convert an argument of the command line to a raw input (see `Task.read_input`)."""
        return self.task.read_input(text)

    def read_inputs(self, source: str | Path) -> Iterator[Input]:
        """Read the inputs of a file or folder, in any format that the task can train on; labels are optional.

        Args:
            source: a table in any column order, a text file with one input per line, a folder, ...

        Returns:
            Inputs for `answer_inputs`; a bad row is an input with a problem.

        Raises:
            ZooError: the source cannot be read.
        """
        return self.task.read_inputs(str(source))

    def read_frames(self, lines: Iterable[str]) -> Iterator[RawValue]:
        """Convert the lines of a stream to raw frames (see `Task.read_frames`)."""
        return self.task.read_frames(lines)
