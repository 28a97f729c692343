"""A model ready to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.search import Generator, Plan, Scorer
    from zoo.search.strategies import Factory
    from zoo.settings import SearchSettings

Function: TypeAlias = Callable[..., Any]
"""A function of tensors."""
Kept = TypeVar("Kept")


class Inference:
    """What a topology needs to predict: the model, its codecs, and compiled functions that are kept from call to call.

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

    @cached_property
    def generator(self) -> Generator:
        """Generates with a model that steps; compiled once, so that only the first text waits."""
        from zoo.search import Generator

        unknown = getattr(self.codecs["target"], "unknown_id", None)
        return Generator(self.model, self.compile, banned=() if unknown is None else (unknown,))

    @cached_property
    def scorer(self) -> Scorer:
        """Scores given texts; compiled once."""
        from zoo.search import Scorer

        return Scorer(self.model, self.compile)

    def plan(self, search: SearchSettings) -> Plan:
        """Read the settings of a search, for outputs of the codec `target`."""
        from zoo.search import make_plan

        codec = self.codecs["target"]
        return make_plan(search, codec.encode, self.strategies, getattr(codec, "encode_token", None))
