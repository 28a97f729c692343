"""A stack of recurrent layers inside a loop over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import keras
from keras import ops, tree

from zoo.backend.types import Nest, Tensor

States = list[list[Tensor]]
"""For each layer a list of states [B, U]."""


class Stacked(Protocol):
    """The parts of a `zoo.layers.Stack` that the steps need."""

    layers: Sequence[keras.layers.RNN]
    dropouts: Sequence[keras.layers.Dropout]
    connections: Sequence[keras.layers.Layer]
    dropout: float
    compute_dtype: str


class StackSteps:
    """Steps of a stack whose input consists of a part that is known before the loop and one that is not.

    Gives the numbers of `Stack.step`. The loop slices `sequences`, and hands the records of all steps to `finish`.

    Args:
        stack: built for inputs of width E + F.
        known: the known part of the input, [B, T, E]; E may be 0.
        training: whether dropout is on.
    """

    def __init__(self, stack: Stacked, known: Tensor, training: bool) -> None:
        self.stack, self.training = stack, training
        self.sequences: dict[str, Nest] = {"masks": _dropout_masks(stack, known) if training and stack.dropout else []}
        self._prepare(ops.transpose(known, (1, 0, 2)))

    def _prepare(self, known: Tensor) -> None:
        """Take the known part of the input, [T, B, E]."""
        self.sequences["known"] = known

    def enter(self, states: States) -> States:
        """Cast states to the dtype that they have inside the loop."""
        entered: States = tree.map_structure(lambda state: ops.cast(state, self.stack.compute_dtype), states)
        return entered

    def step(self, slices: dict[str, Nest], fed: Tensor, states: States) -> tuple[Tensor, States, list[list[Tensor]]]:
        """Make one step.

        Args:
            slices: of `sequences`.
            fed: the part of the input that is known only inside the loop, [B, F].
            states: for each layer a list of states [B, U].

        Returns:
            The output of the last layer [B, U], the new states, and a record for `finish`.
        """
        output, new_states, records = ops.concatenate([slices["known"], fed], -1), [], []
        parts = zip(self.stack.layers, self.stack.connections, states, strict=True)
        for number, (layer, connection, state) in enumerate(parts):
            before = output
            output, state, record = self._layer(number, layer, slices, before, state)
            if slices["masks"]:
                output = output * slices["masks"][number]
            if connection.meets:
                output = connection(before, output)
            new_states.append(state)
            records.append(record)
        return output, new_states, records

    def _layer(
        self, number: int, layer: keras.layers.RNN, slices: dict[str, Nest], inputs: Tensor, state: list[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """Make one step of one layer; return its output, states and record."""
        del number, slices
        output, state = layer.cell(inputs, list(state))
        return output, list(state) if isinstance(state, (list, tuple)) else [state], []

    def finish(self, records: list[list[Tensor]]) -> None:
        """Take the records of all steps, each [T, ...], after the loop."""


def stack_steps(layers: Sequence[keras.layers.RNN], training: bool) -> type[StackSteps]:
    """Choose the steps for some layers (see `Backend.stack_steps`)."""
    del layers, training
    return StackSteps


def _dropout_masks(stack: Stacked, known: Tensor) -> list[Tensor]:
    """Draw the masks of the layers' outputs for all steps, each [T, B, U]."""
    rows, steps = ops.shape(known)[0], ops.shape(known)[1]
    masks = []
    for layer, dropout in zip(stack.layers, stack.dropouts, strict=True):
        ones = ops.ones((rows, steps, layer.state_size[0]), dtype=stack.compute_dtype)
        masks.append(ops.transpose(dropout(ones, training=True), (1, 0, 2)))
    return masks
