"""A model ready to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, Unpack, cast

import numpy as np

from zoo.backend.types import Function

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.search import Plan, Stepper
    from zoo.search.protocols import GeneratorOptions, ScorerOptions, TextGenerator, TextScorer
    from zoo.search.strategies import Factory
    from zoo.settings import SearchSettings

Kept = TypeVar("Kept")


class Inference:
    """Everything a topology needs to predict: the model, its codecs, and compiled functions, which are cached.

    Args:
        model: a built keras.Model.
        codecs: fitted, by role.
        compile: compiles a function of tensors (`Engine.compile`).
        trace: makes a graph of a function of tensors (`Engine.trace`), as the fast recurrent layers need it.
        strategies: search strategies that plugins add, by name.
    """

    def __init__(
        self,
        model: keras.Model,
        codecs: Mapping[str, Codec],
        compile: Callable[[Function], Function],
        trace: Callable[[Function], Function] | None = None,
        strategies: Mapping[str, Factory] | None = None,
    ) -> None:
        self.model, self.codecs, self.compile = model, codecs, compile
        self.strategies = strategies or {}
        self._trace = trace or compile
        self._kept: dict[str, object] = {}

    def function(self, name: str, function: Function) -> Function:
        """Make a graph of a function of tensors once; later calls with the same name return the same graph."""
        return self.kept(f"function {name}", lambda: self._trace(function))

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """Make something once; later calls with the same name return the same object."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast("Kept", self._kept[name])

    @property
    def name(self) -> str:
        """The model's name in messages."""
        return str(self.model.name)

    @property
    def stepper(self) -> Stepper:
        """The model as a stepper; a model that cannot step has no method `start`."""
        return cast("Stepper", self.model)

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of the image grid that the model attends to."""
        return cast("tuple[int, int]", self.model.grid)

    def has_finite_weights(self) -> bool:
        """Whether all weights are finite numbers."""
        return all(np.isfinite(weight).all() for weight in self.model.get_weights())

    def make_generator(self, **options: Unpack[GeneratorOptions]) -> TextGenerator:
        """Make what searches for texts (see `zoo.search.Generator`)."""
        from zoo.search import Generator

        return Generator(self.stepper, self.compile, **options)

    def make_scorer(self, **options: Unpack[ScorerOptions]) -> TextScorer:
        """Make what scores texts (see `zoo.search.Scorer`)."""
        from zoo.search import Scorer

        return Scorer(self.stepper, self.compile, **options)

    @cached_property
    def generator(self) -> TextGenerator:
        """Generates with a model that steps; compiled once, so that only the first text waits."""
        unknown = getattr(self.codecs["target"], "unknown_id", None)
        return self.make_generator(banned=() if unknown is None else (unknown,))

    @cached_property
    def scorer(self) -> TextScorer:
        """Scores given texts; compiled once."""
        return self.make_scorer()

    def plan(self, search: SearchSettings) -> Plan:
        """Read the settings of a search, for outputs of the codec `target`."""
        from zoo.search import make_plan

        codec = self.codecs["target"]
        return make_plan(search, codec.encode, self.strategies, getattr(codec, "encode_token", None))
