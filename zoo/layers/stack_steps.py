"""A stack of recurrent layers inside a loop over time: whatever can be computed before the loop is."""

from __future__ import annotations

from typing import Any

from keras import ops, tree

from zoo.layers.portable import has_kernels
from zoo.layers.recurrent import Recurrent
from zoo.layers.stack import Stack


class StackSteps:
    """Steps of a stack whose input is known in part before the loop: [known, heard].

    Gives the numbers of `Stack.step`. `sequences` is for the loop to slice, and the records of all steps are for
    `finish`.

    Args:
        stack: built for inputs of width E + F.
        known: [B, T, E]; E may be 0.
        heard: F, the width of what each step hears from the loop.
        training: whether dropout is on.
    """

    def __init__(self, stack: Stack, known: Any, heard: int, training: bool) -> None:
        self.stack = stack
        self.sequences: dict[str, Any] = {"masks": _dropout_masks(stack, known) if training and stack.dropout else []}
        self._prepare(ops.transpose(known, (1, 0, 2)), heard)

    def _prepare(self, known: Any, heard: int) -> None:
        """Take the known part of the input, [T, B, E]."""
        del heard
        self.sequences["known"] = known

    def enter(self, states: Any) -> Any:
        """Bring states into the loop's dtype."""
        return tree.map_structure(lambda state: ops.cast(state, self.stack.compute_dtype), states)

    def step(self, slices: Any, heard: Any, states: Any) -> tuple[Any, list, list]:
        """Make one step.

        Args:
            slices: of `sequences`.
            heard: [B, F].
            states: for each layer a list of states [B, U].

        Returns:
            The output of the last layer [B, U], the new states, and what `finish` wants to have of all steps.
        """
        output, new_states, records = ops.concatenate([slices["known"], heard], -1), [], []
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

    def _layer(self, number: int, layer: Any, slices: Any, inputs: Any, state: Any) -> tuple[Any, list, list]:
        """Make one step of one layer; returns its output, states and record."""
        del number, slices
        output, state = layer.cell(inputs, list(state))
        return output, list(state) if isinstance(state, (list, tuple)) else [state], []

    def finish(self, records: Any) -> None:
        """Hear after the loop what its steps recorded, each [T, ...]."""


def stack_steps(stack: Stack, known: Any, heard: int, training: bool) -> StackSteps:
    """Make a stack ready for a loop, with the fast recurrence where it applies; arguments as in `StackSteps`."""
    if has_kernels() and all(isinstance(layer, Recurrent) for layer in stack.layers):
        from zoo.layers.tensorflow_layers import is_fast
        from zoo.layers.tensorflow_stack_steps import FastStackSteps

        if all(is_fast(layer, training) and not (training and layer.cell.dropout) for layer in stack.layers):
            return FastStackSteps(stack, known, heard, training)
    return StackSteps(stack, known, heard, training)


def _dropout_masks(stack: Stack, known: Any) -> list[Any]:
    """Draw the masks of the layers' outputs for all steps, each [T, B, U]."""
    rows, steps = ops.shape(known)[0], ops.shape(known)[1]
    masks = []
    for layer, dropout in zip(stack.layers, stack.dropouts, strict=True):
        ones = ops.ones((rows, steps, layer.state_size[0]), dtype=stack.compute_dtype)
        masks.append(ops.transpose(dropout(ones, training=True), (1, 0, 2)))
    return masks
