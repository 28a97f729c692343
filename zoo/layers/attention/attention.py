"""The base of attention mechanisms: protocol, masks, softmax, and clear errors for bad input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn, Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers.options import LayerOptions
from zoo.layers.refusal import refuse
from zoo.ops.masking import zero_masked
from zoo.ops.time_loop import run_steps

Prepared = Mapping[str, Tensor]
"""A memory made ready: tensors with the batch first; at least `values` [B, S, D] and `mask` [B, S]."""


class Attention(keras.layers.Layer):
    """Looks at a memory `[B, S, D]` (a sentence, an image's grid, frames) once for every query.

    A mechanism without a memory of its own past defines `scores`, and answers all queries at once; one that looks at
    where it looked before says `stateless = False` and defines `start` and `step`, and is asked in a loop. `prepare`
    computes what depends on the memory alone, once; a decoder then calls `step`, or `attend` for all its steps.

    Weighted sums have the layer's computation type; alignments are float32 (float64 under that policy) whatever the
    policy, and so is the softmax. Masked positions are ignored, even if they are NaN. A row whose memory is masked
    everywhere gets zeros, of both.

    Args:
        units: the size U of the space in which queries and memory meet, for mechanisms that have one.
        **kwargs: what every Keras layer takes.

    Example:
        >>> attention = AdditiveAttention(64)
        >>> contexts, alignments = attention(queries, memory, mask=mask)  # [B, T, D], [B, T, S]
        >>> prepared = attention.prepare(memory, mask)
        >>> context, alignment, state = attention.step(query, prepared, attention.start(prepared))
    """

    stateless = True
    """Whether an answer depends on the query and the memory alone."""

    def __init__(self, units: int = 128, **kwargs: Unpack[LayerOptions]) -> None:
        super().__init__(**kwargs)
        if units < 1:
            raise UsageError(f"{self.name}: units is {units}; it should be at least 1")
        self.units = units
        self.supports_masking = True
        self.output_size: int | None = None

    def __call__(self, queries: Tensor, memory: Tensor, *args: Nest, **kwargs: Nest) -> Tensor:
        """Answer a batch of queries; see `call`. A mask that Keras attached to the memory counts, too."""
        if not args and kwargs.get("mask") is None:
            kwargs["mask"] = getattr(memory, "_keras_mask", None)
        self._check(queries, 3, "queries", "[batch, time, features]")
        self._check_memory(memory, args[0] if args else kwargs["mask"])
        return super().__call__(queries, memory, *args, **kwargs)

    def build(self, queries_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights.

        Args:
            queries_shape: (B, T, Q).
            memory_shape: (B, S, D).
        """
        self.output_size = memory_shape[-1]
        self.built = True

    def call(
        self, queries: Tensor, memory: Tensor, mask: Tensor | None = None, training: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Answer a batch of queries.

        Args:
            queries: [B, T, Q].
            memory: [B, S, D].
            mask: [B, S], False at places that are not there; None for no such place.
            training: whether to apply dropout and other randomness of training.

        Returns:
            The contexts [B, T, D'] and the alignments [B, T, S].
        """
        contexts, alignments, _ = self.attend(queries, self.prepare(memory, mask), training=training)
        return contexts, alignments

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Compute, once, what depends on the memory alone.

        Args:
            memory: [B, S, D].
            mask: [B, S], False at places that are not there; None for no such place.

        Returns:
            `values` [B, S, D], `mask` [B, S], and what the mechanism adds, such as `keys`.

        Raises:
            UsageError: the memory does not have three axes, or the mask has another length.
        """
        self._check_memory(memory, mask)
        values = zero_masked(ops.cast(memory, self.compute_dtype), mask)  # [B, S, D]
        present = ops.ones_like(values[:, :, 0]) if mask is None else mask
        return {"values": values, "mask": ops.cast(present, self.alignment_dtype)}

    def start(self, prepared: Prepared) -> list[Tensor]:
        """Make the state before the first step: tensors with the batch first; none for a stateless mechanism."""
        return []

    def step(
        self, query: Tensor, prepared: Prepared, state: Sequence[Tensor], training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer one query a row; plain `keras.ops`, so that XLA can compile a loop around it.

        Args:
            query: [B, Q].
            prepared: what `prepare` gave.
            state: what `start` or the step before gave.
            training: whether to apply dropout and other randomness of training.

        Returns:
            The context [B, D'], the alignment [B, S] and the new state.

        Raises:
            UsageError: the query does not have two axes.
        """
        self._check(query, 2, "query", "[batch, features]")
        contexts, alignments, state = self.attend(ops.expand_dims(query, 1), prepared, training=training)
        return ops.squeeze(contexts, 1), ops.squeeze(alignments, 1), state

    def attend(
        self, queries: Tensor, prepared: Prepared, training: bool = False, state: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Answer queries one after the other; all at once where the mechanism allows it.

        Args:
            queries: [B, T, Q].
            prepared: what `prepare` gave.
            training: whether to apply dropout and other randomness of training.
            state: from earlier steps; None to start from zero.

        Returns:
            The contexts [B, T, D'], the alignments [B, T, S] and the state after the last step.

        Raises:
            UsageError: the queries do not have three axes.
        """
        self._check(queries, 3, "queries", "[batch, time, features]")
        if self.stateless:
            queries = ops.cast(queries, self.score_dtype)
            alignments = masked_softmax(self.scores(queries, prepared), prepared["mask"][:, None])  # [B, T, S]
            return self.read(alignments, prepared), alignments, []
        return self._loop(queries, prepared, list(self.start(prepared) if state is None else state), training)

    def scores(self, queries: Tensor, prepared: Prepared) -> Tensor:
        """Compare queries [B, T, Q] with the memory: the logits of the alignments [B, T, S]."""
        raise NotImplementedError(f"{type(self).__name__} defines neither scores nor step")

    def read(self, alignments: Tensor, prepared: Prepared) -> Tensor:
        """Sum the memory's values by alignments [B, T, S]; returns [B, T, D]."""
        values = prepared["values"]
        return ops.matmul(ops.cast(alignments, values.dtype), values)

    @property
    def alignment_dtype(self) -> str:
        """The type of alignments, of the softmax and of states: never 16 bits."""
        return "float64" if self.compute_dtype == "float64" else "float32"

    @property
    def score_dtype(self) -> str:
        """The type in which scores are computed: float16 ends at 65504, which a product of two vectors soon exceeds."""
        return "float32" if self.compute_dtype == "float16" else self.compute_dtype

    def _loop(
        self, queries: Tensor, prepared: Prepared, state: list[Tensor], training: bool
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Call `step` for one query after the other."""

        def one(query: Tensor, before: list[Tensor]) -> tuple[tuple[Tensor, Tensor], list[Tensor]]:
            context, alignment, after = self.step(query, prepared, before, training=training)
            return (context, alignment), after

        (contexts, alignments), last = run_steps(one, ops.swapaxes(queries, 0, 1), state)
        return ops.swapaxes(contexts, 0, 1), ops.swapaxes(alignments, 0, 1), list(last)

    def _weight(self, variable: keras.Variable) -> Tensor:
        """A weight in the type of scores: outside `call`, Keras casts none."""
        return ops.cast(variable, self.score_dtype)

    def _scored(self, values: Tensor) -> Tensor:
        """A tensor in the type of scores."""
        return ops.cast(values, self.score_dtype)

    def compute_output_spec(
        self, queries: Tensor, memory: Tensor, mask: Tensor | None = None, training: bool = False
    ) -> tuple:
        """Return the shapes and types of what `call` returns."""
        batch, time = queries.shape[:2]
        return (
            keras.KerasTensor((batch, time, self.output_size), self.compute_dtype),
            keras.KerasTensor((batch, time, memory.shape[1]), self.alignment_dtype),
        )

    def compute_mask(self, inputs: Tensor, previous_mask: Nest = None) -> tuple[Tensor | None, None]:
        """Pass the mask of the queries on with the contexts; the alignments have none."""
        return getattr(inputs, "_keras_mask", None), None

    def get_config(self) -> Config:
        """Return the arguments that make this mechanism again."""
        return {**super().get_config(), "units": self.units}

    def _check_memory(self, memory: Tensor, mask: Tensor) -> None:
        self._check(memory, 3, "memory", "[batch, places, features]")
        wanted, found = tuple(memory.shape[:2]), None if mask is None else tuple(mask.shape)
        if found is not None and (
            len(found) != 2 or any(a and b and a != b for a, b in zip(wanted, found, strict=True))
        ):
            self._refuse(f"the mask has shape {found}; the memory's [batch, places] is {wanted}")

    def _check(self, tensor: Tensor, axes: int, what: str, wanted: str) -> None:
        if len(tensor.shape) != axes:
            verb, they = ("have", "they") if what == "queries" else ("has", "it")
            self._refuse(f"the {what} {verb} shape {tuple(tensor.shape)}; {they} should be {wanted}")

    def _refuse(self, problem: str) -> NoReturn:
        refuse(f"{self.name}: {problem}")


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Turn scores into an alignment over the places that are there.

    Args:
        scores: [..., S].
        mask: [..., S], 1 at the places that are there, else 0; its type is that of the computation.

    Returns:
        Of the mask's type and the scores' shape: sums to 1, or is all zeros where the mask is.
    """
    scores = ops.cast(scores, mask.dtype)
    lowest = ops.cast(-1e30, mask.dtype)
    scores = ops.where(mask > 0, scores, lowest)
    weights = ops.exp(scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))) * mask
    # The largest weight is 1, so that a sum below 1 means that nothing is there.
    return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 1.0)
