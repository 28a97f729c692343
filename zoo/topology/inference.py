"""A model ready to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.search import Generator, Plan, Scorer


class Inference:
    """What a topology needs to predict: the model, its codecs, and compiled functions that are kept from call to call.

    Args:
        model: a built keras.Model.
        codecs: fitted, by role.
        compile: compiles a function of tensors (`Engine.compile`).
        trace: makes a graph of a function of tensors (`Engine.trace`); what the fast recurrent layers need.
        strategies: of the search, that plugins add, by name.
    """

    def __init__(
        self,
        model: keras.Model,
        codecs: Mapping[str, Codec],
        compile: Callable[[Callable[..., Any]], Callable[..., Any]],
        trace: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
        strategies: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.model, self.codecs, self.compile = model, codecs, compile
        self.strategies = strategies or {}
        self._trace = trace or compile
        self._kept: dict[str, Any] = {}

    def function(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a graph of a function of tensors once, and give the same one to whoever asks for the name again."""
        return self.kept(f"function {name}", lambda: self._trace(function))  # type: ignore[no-any-return]

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """Make something once, and give the same to whoever asks for the name again."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @cached_property
    def generator(self) -> Generator:
        """Generates with the model, which must step; compiled once, so that only the first text waits."""
        from zoo.search import Generator

        unknown = getattr(self.codecs["target"], "unknown_id", None)
        return Generator(self.model, self.compile, banned=() if unknown is None else (unknown,))

    @cached_property
    def scorer(self) -> Scorer:
        """Says how probable given texts are; compiled once."""
        from zoo.search import Scorer

        return Scorer(self.model, self.compile)

    def plan(self, search: Any) -> Plan:
        """Read the settings of a search, for outputs of the codec `target`."""
        from zoo.search import make_plan

        codec = self.codecs["target"]
        return make_plan(search, codec.encode, self.strategies, getattr(codec, "encode_token", None))
