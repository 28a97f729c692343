"""A graph of a bundle, ready to compute: an ONNX Runtime session as a function of arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from zoo.errors import ZooError
from zoo.files import file_errors
from zoo.runtime.manifest import Choices, OutputNames

ArrayNest: TypeAlias = "np.ndarray | Sequence[ArrayNest] | Mapping[str, ArrayNest]"
"""Arrays, nested as a function returns them: an array, or lists and mappings of such."""

SMALL = 1 << 18
"""Bytes of a graph up to which a second thread costs more than it helps."""


class Graph:
    """A function of arrays.

    Args:
        path: of the ONNX file.
        inputs: names of its inputs, in the order of the arguments.
        outputs: names of its outputs, nested as they are returned.
        choices: how it gives the likeliest tokens; None where it does not.

    Raises:
        ZooError: ONNX Runtime cannot read the file.
    """

    def __init__(self, path: Path, inputs: Sequence[str], outputs: OutputNames, choices: Choices | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what goes wrong is raised
        options.intra_op_num_threads = 1 if path.stat().st_size < SMALL else _cores()
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        with file_errors(path, "ONNX Runtime cannot read it"):
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            given = {one.name for one in self._session.get_inputs()}, {one.name for one in self._session.get_outputs()}
        self._path = path
        self._inputs, self._outputs = list(inputs), outputs
        self._names, self.choices = flat_names(outputs), choices
        self._fixed = {choices.count: np.zeros(1, np.int64)} if choices else {}
        wanted = {*self._names, *((choices.scores, choices.tokens) if choices else ())}
        if {*inputs, *self._fixed} != given[0] or not wanted <= given[1]:
            raise ZooError(f"{path}: it is not the graph that bundle.json describes; export the run again")

    def __call__(self, *arrays: np.ndarray) -> ArrayNest:
        """Compute.

        Args:
            arrays: the inputs, in order.

        Returns:
            Arrays, nested as the function returns them.

        Raises:
            ZooError: ONNX Runtime cannot compute it.
        """
        # ONNX Runtime has classes of its own for each kind of failure.
        with file_errors(self._path, "ONNX Runtime cannot compute it"):
            found = self._session.run(self._names, dict(zip(self._inputs, arrays, strict=True)) | self._fixed)
        return nested_outputs(self._outputs, dict(zip(self._names, found, strict=True)))

    def choose(self, count: int, *arrays: np.ndarray) -> tuple[np.ndarray, np.ndarray, ArrayNest]:
        """Compute the likeliest tokens in place of the first output, the logits.

        Args:
            count: k, how many of each row, at most `choices.most`.
            arrays: the inputs, in order.

        Returns:
            Log-probabilities `[rows, k]` in descending order, tokens int `[rows, k]`, and the second output.
        """
        choices = self.choices
        assert choices is not None
        given = dict(zip(self._inputs, arrays, strict=True)) | {choices.count: np.array([count], np.int64)}
        with file_errors(self._path, "ONNX Runtime cannot compute it"):
            scores, tokens, *found = self._session.run([choices.scores, choices.tokens, *self._names[1:]], given)
        assert isinstance(self._outputs, Sequence)  # `step` gives logits and a state
        return scores, tokens, nested_outputs(self._outputs[1], dict(zip(self._names[1:], found, strict=True)))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def flat_names(outputs: OutputNames) -> list[str]:
    """The names of outputs, without their nesting."""
    if isinstance(outputs, str):
        return [outputs]
    parts = outputs.values() if isinstance(outputs, Mapping) else outputs
    return [name for part in parts for name in flat_names(part)]


def nested_outputs(outputs: OutputNames, found: Mapping[str, np.ndarray]) -> ArrayNest:
    """Outputs by name, in their nesting."""
    if isinstance(outputs, str):
        return found[outputs]
    if isinstance(outputs, Mapping):
        return {name: nested_outputs(part, found) for name, part in outputs.items()}
    return [nested_outputs(part, found) for part in outputs]
