"""The graphs of a run: the functions that its topology asks for when it answers, found by letting it answer."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from keras import ops, tree

from zoo.backend.types import Function, Nest, Tensor
from zoo.errors import ZooError
from zoo.runtime.manifest import OutputNames
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    from zoo.codecs.codec import RawValue
    from zoo.search import Stepper
    from zoo.settings import Settings
    from zoo.topology import Topology

Spec = tuple[str, tuple[int | None, ...], str]
"""Name, shape and type of an input."""


@dataclass(frozen=True)
class TracedFunction:
    """A function of tensors that is to become a graph.

    Attributes:
        function: of flat tensors.
        inputs: what it takes.
    """

    function: Function
    inputs: list[Spec]


@dataclass
class RunGraphs:
    """What a run computes when it answers.

    Attributes:
        functions: by name.
        alignment: place of the alignment in the state of a step; None for a model that does not attend.
        grid: height and width of the grid that the model looks at; None where it looks at none.
        writes: whether the graph `step` predicts the next token of a text.
        sums: names of what an evaluation adds up, in the order in which its metrics are shown.
    """

    functions: dict[str, TracedFunction] = field(default_factory=dict)
    alignment: int | None = None
    grid: list[int] | None = None
    writes: bool = False
    sums: list[str] = field(default_factory=list)


class _Recorder(Inference):
    """An inference that notes which functions a topology asks for, and on which arrays."""

    def __init__(self, inference: Inference) -> None:
        super().__init__(inference.model, inference.codecs, inference.compile, strategies=inference.strategies)
        self._real = inference
        self.called: dict[str, tuple[Function, list[np.ndarray]]] = {}

    def function(self, name: str, function: Function) -> Function:
        def recording(*arrays: np.ndarray) -> Nest:
            self.called[name] = (function, [np.asarray(array) for array in arrays])
            if name == "encode":
                raise _SeenError  # what is searched for does not matter
            return function(*map(ops.convert_to_tensor, arrays))

        return recording


class _SeenError(Exception):
    """Ends an answer of which enough has been seen."""


def find_graphs(topology: Topology, inference: Inference, inputs: Sequence[RawValue], settings: Settings) -> RunGraphs:
    """Find the graphs of a run.

    Args:
        topology: of the run.
        inference: its model.
        inputs: some raw inputs, one of them at least.
        settings: of the run.

    Raises:
        ZooError: the topology computes what no graph could hold.
    """
    model, found = inference.model, RunGraphs()
    recorder = _Recorder(inference)
    if topology.name != "language model":
        with contextlib.suppress(_SeenError):
            topology.answer(recorder, list(inputs), settings)
        if not recorder.called:
            raise ZooError(f"a model of the topology {topology.name} cannot be exported: it computes no function")
    for name, (function, arrays) in recorder.called.items():
        found.functions[name] = TracedFunction(function, _specs(arrays))
    if "encode" in recorder.called:
        function, arrays = recorder.called["encode"]
        memories = [function(*map(ops.convert_to_tensor, given)) for given in (arrays, _longer(arrays))]
        found.functions["encode"] = TracedFunction(
            lambda *given: tree.flatten(function(*given)), found.functions["encode"].inputs
        )
        _add_steps(found, model, memories, np.zeros(1, np.int32))
        found.writes = True
        if hasattr(model, "grid") and len(arrays) == 1:
            found.grid = list(model.grid)
    elif topology.name == "language model":
        _add_steps(found, model, [], np.zeros(1, np.int32))
        found.writes = True
    elif hasattr(model, "start") and "predict" in recorder.called:
        with contextlib.suppress(ZooError):  # a model that looks ahead cannot step
            model.start(1)
            _add_steps(found, model, [], recorder.called["predict"][1][0][:1, 0])
    return found


def _specs(arrays: Sequence[np.ndarray]) -> list[Spec]:
    """Rows are of any number; and so are the positions that a mask says are there or not."""
    masks = [array.shape for array in arrays if array.dtype == bool and array.ndim == 2]
    names = ["source", "mask"] if len(arrays) <= 2 else [f"input_{place}" for place in range(len(arrays))]
    found: list[Spec] = []
    for name, array in zip(names, arrays, strict=False):
        shape: list[int | None] = [None, *array.shape[1:]]
        if masks and array.shape[:2] == masks[0]:
            shape[1] = None
        found.append((name, tuple(shape), str(array.dtype)))
    return found


def _longer(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The same with one position more, where there are positions: the sizes that grow with it are of any number."""
    if len(arrays) < 2:
        return list(arrays)
    return [np.pad(array, ((0, 0), (0, 1), *((0, 0),) * (array.ndim - 2))) for array in arrays]


def _add_steps(found: RunGraphs, model: Stepper, memories: Sequence[Nest], token: np.ndarray) -> None:
    """Add the graphs `start` and `step` of a model that steps.

    Args:
        found: to add to.
        model: the stepper.
        memories: what it remembers of sources of two lengths; none for a language model.
        token: what it reads in a step.
    """
    states = [model.start(len(tree.flatten(one)[0]), memory=one) for one in memories] or [model.start(1)] * 2
    memory, state = memories[0] if memories else None, states[0]
    memory_specs, state_specs = _nest_specs("memory", memories), _nest_specs("state", states)

    def start(*given: Tensor) -> list[Tensor]:
        if memory is None:
            return tree.flatten(model.start(given[0]))
        packed = tree.pack_sequence_as(memory, list(given))
        return tree.flatten(model.start(ops.shape(given[0])[0], memory=packed))

    def step(tokens: Tensor, *given: Tensor) -> list[Nest]:
        after = tree.pack_sequence_as(state, list(given[len(memory_specs) :]))
        if memory is None:
            logits, after = model.step(tokens, after)
        else:
            packed = tree.pack_sequence_as(memory, list(given[: len(memory_specs)]))
            logits, after = model.step(tokens, after, memory=packed)
        return [ops.cast(logits, "float32"), tree.flatten(after)]

    begin: list[Spec] = [("rows", (), "int32")] if memory is None else memory_specs
    tokens: Spec = ("tokens", (None, *token.shape[1:]), str(token.dtype))
    found.functions["start"] = TracedFunction(start, begin)
    found.functions["step"] = TracedFunction(step, [tokens, *memory_specs, *state_specs])
    if hasattr(model, "alignment") and memory is not None:
        wanted = model.alignment(state)
        places = [place for place, leaf in enumerate(tree.flatten(state)) if leaf is wanted]
        found.alignment = places[0] if places else None


def _nest_specs(name: str, nests: Sequence[Nest]) -> list[Spec]:
    """The specifications of the leaves of a nesting, from two of it that differ in what is of any size."""
    found: list[Spec] = []
    for place, (leaf, other) in enumerate(zip(*map(tree.flatten, nests), strict=True) if nests else ()):
        shape = [size if size == more else None for size, more in zip(leaf.shape, other.shape, strict=True)]
        shape[0] = None
        found.append((f"{name}_{place}", tuple(shape), str(ops.convert_to_numpy(leaf).dtype)))
    return found


def output_names(structure: Nest) -> OutputNames:
    """Names for the outputs of a function, in their nesting.

    Args:
        structure: tensors in any nesting of lists, tuples and dictionaries with texts as keys.

    Returns:
        The same nesting of lists and dictionaries, with a name for each tensor.
    """
    count = iter(range(1_000_000))

    def named(part: Nest) -> OutputNames:
        if isinstance(part, Mapping):
            return {str(key): named(part[key]) for key in sorted(part)}
        if isinstance(part, (list, tuple)):
            return [named(one) for one in part]
        return f"output_{next(count)}"

    return named(structure)
