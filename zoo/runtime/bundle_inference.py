"""The graphs of a bundle in place of a Keras model: what a topology needs to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from zoo.backend.types import Function
from zoo.errors import ZooError
from zoo.runtime.generator import ArrayGenerator
from zoo.runtime.graph_stepper import GraphStepper
from zoo.runtime.manifest import BundleManifest, GraphEntry
from zoo.runtime.scorer import ArrayScorer
from zoo.runtime.session import Graph
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.search import Stepper
    from zoo.search.protocols import GeneratorOptions, ScorerOptions, TextGenerator, TextScorer
    from zoo.search.strategies import Factory


OpenGraph = Callable[[str, GraphEntry], Function]
"""Opens a graph of a bundle: (its name, what the manifest says of it) -> a function of arrays."""


class BundleInference(Inference):
    """Computes by ONNX Runtime what `Inference` computes by Keras.

    Args:
        folder: of the bundle.
        manifest: of it.
        codecs: fitted, by role.
        strategies: search strategies that plugins add, by name.
        open_graph: opens a graph; by default as ONNX, by ONNX Runtime.
    """

    def __init__(
        self,
        folder: Path,
        manifest: BundleManifest,
        codecs: Mapping[str, Codec],
        strategies: Mapping[str, Factory] | None = None,
        open_graph: OpenGraph | None = None,
    ) -> None:
        super().__init__(None, codecs, _no_compiler, strategies=strategies)  # type: ignore[arg-type]
        self._folder, self._manifest = folder, manifest
        self._open_graph = open_graph or self._open_onnx

    def graph(self, name: str) -> Function:
        """A graph by its name, loaded once.

        Raises:
            ZooError: the bundle has no such graph.
        """
        entry = self._manifest.graphs.get(name)
        if entry is None:
            raise ZooError(f"the bundle {self._folder} has no graph '{name}'")
        return self.kept(f"graph {name}", lambda: self._open_graph(name, entry))

    def inputs(self, name: str) -> list[str]:
        """Names of a graph's inputs."""
        return self._manifest.graphs[name].inputs

    def _open_onnx(self, name: str, entry: GraphEntry) -> Function:
        return Graph(self._folder / entry.file, *entry.parts)

    def function(self, name: str, function: Function) -> Function:
        """The graph of a function of tensors, by its name."""
        if name == "align":
            return self._align
        return function if name == "step" else self.graph(name)

    @property
    def name(self) -> str:
        """What the model is called in messages."""
        return self._manifest.model

    @cached_property
    def stepper(self) -> Stepper:
        """The model as what steps."""
        if "step" not in self._manifest.graphs:
            return _Motionless()  # type: ignore[return-value]
        self._check_steps()
        return GraphStepper(self.graph("start"), self.graph("step"), self._manifest.alignment, self.name)

    def _check_steps(self) -> None:
        """Check that `step` gives logits and a state, and that the state is where the alignment is said to be."""
        outputs, alignment = self._manifest.graphs["step"].outputs, self._manifest.alignment
        match outputs:
            case [str(), list() | dict() as state] if alignment is None or alignment < len(state):
                return
        raise ZooError(f"the bundle {self._folder} is damaged: its graph 'step' is not what an export writes")

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of the grid of an image that the model looks at."""
        height, width = self._manifest.grid or (1, -1)
        return height, width

    def has_finite_weights(self) -> bool:
        """Whether all weights are finite: a run whose weights are not is never exported."""
        return True

    def make_generator(self, **options: Unpack[GeneratorOptions]) -> TextGenerator:
        """Make what searches for texts."""
        return ArrayGenerator(self.stepper, **options)

    def make_scorer(self, **options: Unpack[ScorerOptions]) -> TextScorer:
        """Make what scores texts."""
        return ArrayScorer(self.stepper, **options)

    def _align(self, sources: np.ndarray, mask: np.ndarray, previous: np.ndarray) -> np.ndarray:
        """Where the model attends `[B, T, S]` while it reads given tokens."""
        encode = self.graph("encode")
        takes_mask = len(self._manifest.graphs["encode"].inputs) > 1
        memory = list(encode(sources, mask) if takes_mask else encode(sources))
        stepper = self.stepper
        if not hasattr(stepper, "alignment"):
            raise ZooError(f"{self.name} does not attend to its input while it writes")
        state = stepper.start(len(sources), memory=memory)
        weights = []
        for time in range(previous.shape[1]):
            _, state = stepper.step(previous[:, time], state, memory=memory)
            weights.append(stepper.alignment(state))
        return np.stack(weights, axis=1)


class _Motionless:
    """Stands for a model that does not step."""


def _no_compiler(function: Function) -> Function:
    raise ZooError("a bundle compiles nothing")
