"""The base of the zoo's SimpleRNN, LSTM and GRU: the fast path, and clear errors for bad input."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
from keras import ops, tree

from zoo import backend
from zoo.backend.types import Nest, Shape, Tensor
from zoo.layers.dropout import dropout_mask
from zoo.layers.initializing import initialized_in_float32
from zoo.layers.refusal import refuse
from zoo.ops.masking import one_mask, zero_masked
from zoo.ops.randomness import example_randomness


class Recurrent:
    """Mixin in front of a Keras recurrent layer: the same arguments, weights and results, computed faster.

    On TensorFlow and a CPU the recurrence of `zoo.backend.tensorflow` does the work where it can, on JAX and a GPU or
    TPU that of `zoo.backend.jax`. The layer of Keras does the rest: TensorFlow on a GPU, which has cuDNN, JAX on a CPU,
    other backends, and rarely used arguments.
    """

    stateful: bool
    dropout: float
    return_sequences: bool
    return_state: bool
    get_initial_state: Callable[..., Nest]
    compute_dtype: str
    cell: keras.layers.Layer

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # The hand-written gradient uses a CPU kernel that XLA cannot compile (XLA is slower there, too).
        self.supports_jit = keras.backend.backend() != "tensorflow"
        # Keras would refuse tokens, which have two axes; `__call__` checks the shapes itself.
        self.input_spec = None

    def __call__(self, sequences: Tensor | Sequence[Tensor], *args: Nest, **kwargs: Nest) -> Tensor:
        """Run over a batch of sequences; see `call`. `[sequences, *initial_states]` are welcome, too."""
        if isinstance(sequences, (list, tuple)) and hasattr(sequences[0], "shape"):
            sequences, *states = sequences
            kwargs = {"initial_state": states, **kwargs} if states and not args else kwargs
        given = {**dict(zip(("initial_state", "mask"), args, strict=False)), **kwargs}
        check_shapes(
            self, sequences, given.get("initial_state"), given.get("mask"), given.get("embeddings") is not None
        )
        return super().__call__(sequences, *args, **kwargs)  # type: ignore[misc]

    def build(
        self, sequences_shape: Shape, initial_state_shape: Shape | None = None, embeddings_shape: Shape | None = None
    ) -> None:
        """Create the weights.

        Args:
            sequences_shape: (B, T, D), or (B, T) with embeddings.
            initial_state_shape: not used.
            embeddings_shape: (V, D), if the layer reads tokens.
        """
        with initialized_in_float32(self.cell):
            super().build(  # type: ignore[misc]
                sequences_shape if embeddings_shape is None else (*sequences_shape, embeddings_shape[-1])
            )

    def call(
        self,
        sequences: Tensor,
        initial_state: Nest = None,
        mask: Tensor | None = None,
        training: bool = False,
        embeddings: Tensor | None = None,
    ) -> Tensor:
        """Run over a batch of sequences.

        Args:
            sequences: [B, T, D], of any dtype; or tokens [B, T] with embeddings.
            initial_state: a list of states, each [B, U]; None for zeros.
            mask: [B, T], False at steps that leave the state as it is, whatever they hold; None for no such step.
            training: whether dropout is on.
            embeddings: the vector of every token, [V, D]. Gives what the vectors of the tokens would give, but projects
                the embeddings rather than the sequence, which saves a quarter of a layer's work when V is small.

        Returns:
            As Keras' layer: the last output [B, U] or all outputs [B, T, U], and with `return_state` the final states.
        """
        mask = one_mask(mask)
        sequences = zero_masked(sequences if embeddings is None else ops.cast(sequences, "int32"), mask)
        self._draw_masks(sequences, training)
        if embeddings is None:
            return self._call_keras(sequences, initial_state, mask, training)
        if self._reads_tokens(sequences, embeddings, training):
            states = self.get_initial_state(ops.shape(sequences)[0]) if initial_state is None else initial_state
            last, outputs, states = self._run_fast(sequences, states, mask, training, embeddings)
            result = outputs if self.return_sequences else last
            return (result, *states) if self.return_state else result
        vectors = zero_masked(ops.take(embeddings, sequences, axis=0), mask)  # [B, T, D]
        return self._call_keras(vectors, initial_state, mask, training)

    def _call_keras(self, sequences: Tensor, initial_state: Nest, mask: Tensor | None, training: bool) -> Tensor:
        """Call the layer of Keras, which calls `inner_loop`."""
        sequences = ops.cast(sequences, self.compute_dtype)
        return super().call(  # type: ignore[misc]
            sequences, initial_state=initial_state, mask=mask, training=training
        )

    def _draw_masks(self, sequences: Tensor, training: bool) -> None:
        """Inside an `ExampleRandomness` scope, draw the cell's dropout masks there; `call` of Keras then finds them."""
        scope, cell = example_randomness(), self.cell
        if scope is None or not training or len(sequences.shape) != 3:
            return
        rows = ops.shape(sequences)[0]
        count = getattr(cell, "dropout_mask_count", None)  # a mask for each gate, or one

        def draw(rate: float, columns: int) -> Tensor:
            masks = [dropout_mask(scope, [rows, columns], rate, self.compute_dtype) for _ in range(count or 1)]
            return masks if count else masks[0]

        if cell.dropout:
            cell._dropout_mask = draw(cell.dropout, sequences.shape[2])
        if cell.recurrent_dropout:
            cell._recurrent_dropout_mask = draw(cell.recurrent_dropout, cell.units)

    def _reads_tokens(self, tokens: Tensor, embeddings: Tensor, training: bool) -> bool:
        """Say whether to project the embeddings: the backend must do it, and the tokens outnumber them."""
        fast = backend.active()
        if not fast.PROJECTS_EMBEDDINGS or self.stateful or (training and self.dropout):
            return False
        known = None not in tuple(tokens.shape)
        worth = not known or 2 * embeddings.shape[0] <= tokens.shape[0] * tokens.shape[1]
        return worth and fast.can_run_layer(self, training)

    def inner_loop(self, sequences: Tensor, initial_state: Nest, mask: Tensor, training: bool = False) -> Tensor:
        """Run over the time steps; called by `keras.layers.RNN.call`."""
        fast = backend.active()
        if getattr(self, "use_cudnn", "auto") is not True and fast.can_run_layer(self, training):
            return self._run_fast(sequences, initial_state, one_mask(mask), training)
        return super().inner_loop(sequences, initial_state, mask, training)  # type: ignore[misc]

    def _run_fast(
        self, sequences: Tensor, states: Nest, mask: Tensor | None, training: bool, embeddings: Tensor | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run the backend's recurrence (see `Backend.run_layer`); it never sees the states of rows that are all masked.

        Such a row returns its states unchanged: they do not affect gradients of the weights.
        """
        before = tree.flatten(states)
        if mask is None:
            return backend.active().run_layer(self, sequences, before, mask, training, embeddings)
        counts = ops.any(ops.cast(mask, "bool"), axis=1, keepdims=True)  # [B, 1]
        begin = [ops.where(counts, state, ops.cast(0, state.dtype)) for state in before]
        last, outputs, after = backend.active().run_layer(self, sequences, begin, mask, training, embeddings)
        return last, outputs, [ops.where(counts, new, old) for new, old in zip(after, before, strict=True)]


def check_shapes(
    layer: keras.layers.Layer, sequences: Tensor, initial_state: Nest, mask: Tensor, tokens: bool = False
) -> None:
    """Refuse shapes that cannot be meant.

    Args:
        layer: the layer, for its name and units.
        sequences: should be [B, T, D].
        initial_state: None or a list of [B, U].
        mask: None or [B, T].
        tokens: whether the input should be [B, T] instead.

    Raises:
        UsageError: with one sentence.
    """
    problem = _problem(layer, sequences, initial_state, mask, tokens)
    if problem:
        refuse(f"{layer.name}: {problem}")


def _problem(layer: keras.layers.Layer, sequences: Tensor, initial_state: Nest, mask: Tensor, tokens: bool) -> str:
    """Say which shape is wrong; an empty string if none is."""
    shape = tuple(sequences.shape)
    axes = "[batch, time]" if tokens else "[batch, time, features]"
    if len(shape) != axes.count(",") + 1:
        return f"the input has shape {shape}; it should be {axes}"
    if shape[1] == 0:
        return f"the input has shape {shape}; it should have at least one time step"
    if mask is not None:
        for part in [part for part in tree.flatten(mask) if part is not None]:
            wanted, found = shape[:2], tuple(part.shape)
            if len(found) != 2 or any(a and b and a != b for a, b in zip(wanted, found, strict=True)):
                return f"the mask has shape {found}; the input's [batch, time] is {wanted}"
    if initial_state is not None:
        states = tree.flatten(initial_state)
        if len(states) != len(layer.state_size):
            return f"{len(states)} initial states were given; it has {len(layer.state_size)}"
        for state, units in zip(states, layer.state_size, strict=True):
            if len(state.shape) != 2 or state.shape[1] != units:
                return f"an initial state has shape {tuple(state.shape)}; it should be [batch, {units}]"
    return ""
