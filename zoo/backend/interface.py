"""The interface of each backend's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from zoo.backend.types import Nest, Tensor

if TYPE_CHECKING:
    import keras

    from zoo.backend.generic.projection import LoopProjection
    from zoo.backend.generic.stack_steps import StackSteps

Function = TypeVar("Function", bound=Callable[..., Nest])

NumberedStep = Callable[["int | Tensor", Nest, Nest], "tuple[Nest, Nest]"]
"""Called as `step(number, slices, state)`, the number an integer or a tensor of rank 0; returns (output, state)."""


class Backend(Protocol):
    """The functions of a folder such as `zoo.backend.tensorflow`; one that has none of its own takes `generic`'s."""

    PROJECTS_EMBEDDINGS: bool
    """Whether `run_layer` takes `embeddings`."""

    @staticmethod
    def can_run_layer(layer: keras.layers.RNN, training: bool) -> bool:
        """Say whether `run_layer` computes what a layer asks for.

        Args:
            layer: one of the zoo's SimpleRNN, LSTM, GRU.
            training: whether dropout is on.
        """

    @staticmethod
    def run_layer(
        layer: keras.layers.RNN,
        sequences: Tensor,
        states: Sequence[Tensor],
        mask: Tensor | None,
        training: bool,
        embeddings: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run a layer's cell over a sequence, as `keras.layers.RNN.inner_loop` does.

        Args:
            layer: one of the zoo's SimpleRNN, LSTM, GRU.
            sequences: [B, T, D], or tokens [B, T] with embeddings.
            states: the initial states, each [B, U].
            mask: [B, T], False at steps that leave the states as they are; None for no such step.
            training: whether dropout is on.
            embeddings: the vector of every token, [V, D]. Then the embeddings are projected instead of the sequence,
                and a projected row is looked up at every step: one matmul over V rows instead of B T.

        Returns:
            The last output [B, U], all outputs [B, T, U] (in the order of processing), the final states.
        """

    @staticmethod
    def run_steps(step: NumberedStep, sequences: Nest, state: Nest) -> tuple[Nest, Nest]:
        """Run a step over all positions of some sequences (see `zoo.ops.time_loop.run_steps`)."""

    @staticmethod
    def loop_projection(weight: Tensor, known: Tensor, training: bool) -> LoopProjection:
        """Make a matmul for a loop over time.

        Args:
            weight: [I, O].
            known: [T, B, O], added to the product at each step.
            training: whether the gradient matters more than that the graph can be exported.
        """

    @staticmethod
    def stack_steps(layers: Sequence[keras.layers.RNN], training: bool) -> type[StackSteps]:
        """Choose how to step a stack of the zoo's SimpleRNN, LSTM, GRU inside a loop over time.

        Args:
            layers: of the stack, from the bottom up.
            training: whether dropout is on.
        """

    @staticmethod
    def cross_entropies(
        logits: Tensor, targets: Tensor, smoothing: float, weights: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Compute `-log softmax(logits)[target]`, the same against smoothed targets, and the likeliest class.

        Args:
            logits: [..., V], float32.
            targets: int32 [...].
            smoothing: the share of the target's probability that all V classes share.
            weights: [...], 0 where the gradient by the logits is 0, whatever they are; None: nowhere.

        Returns:
            Losses [...]; losses [...] against smoothed targets, the former themselves if nothing is smoothed; classes
            int32 [...].
        """

    @staticmethod
    def uniform(
        key: int | Tensor, site: int, first_row: int | Tensor, rows: int | Tensor, columns: int | Tensor
    ) -> Tensor:
        """Draw the rows from `first_row` on of the random stream (key, site).

        Args:
            key: the step's key, an integer of rank 0.
            site: the number of the call site.
            first_row: the global number of the first row.
            rows: how many rows.
            columns: how many numbers a row.

        Returns:
            float32 [rows, columns] in [0, 1).
        """

    @staticmethod
    def compile_function(function: Function, variables: Callable[[], Iterable[keras.Variable]]) -> Function:
        """Compile a function of tensors, once for each set of shapes.

        Args:
            function: of nestings of tensors.
            variables: returns the Keras variables that the function may read.

        Returns:
            A function of the same arguments; on a backend without a compiler, the function itself.
        """
