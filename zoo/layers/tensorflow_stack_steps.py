"""The fast recurrence of a stack inside a loop over time: element-wise kernels, weight gradients after the loop."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from keras import tree

from zoo.layers.stack_steps import StackSteps
from zoo.layers.tensorflow_layers import Cell, fast_cell
from zoo.layers.tensorflow_loop_projection import DeferredProjection

Tensor = Any
"""tf.Tensor, whose stubs mypy does not see."""


class FastStackSteps(StackSteps):
    """`StackSteps` of layers that the fast recurrence can do: a matmul or two and a fused kernel a layer and step."""

    def _prepare(self, known: Tensor, heard: int) -> None:
        """Project the known part of the input, [T, B, E], and lay the other weights out for the loop."""
        dtype = tf.as_dtype(self.stack.compute_dtype)
        steps, rows = tf.unstack(tf.shape(known)[:2])
        steps = steps if known.shape[0] is None else known.shape[0]
        rows = rows if known.shape[1] is None else known.shape[1]
        self._cells = [fast_cell(layer.cell, dtype) for layer in self.stack.layers]
        self._scratch = [cell.kernel.scratch(rows, cell.recurrent_kernel.shape[0]) for cell in self._cells]
        self._projections: list[list[DeferredProjection]] = []
        for number, cell in enumerate(self._cells):
            width = known.shape[-1] if number == 0 else 0
            projected = _bias(cell.input_bias, cell, steps, rows)  # [T, B, G]
            # Not two slices: the gradient of each would be as large as the whole.
            outside, weights = tf.split(cell.input_kernel, [width, -1])  # [E, G], [I, G]
            if width:
                flat = tf.matmul(tf.reshape(known, [-1, width]), outside)
                projected += tf.reshape(flat, [steps, rows, flat.shape[-1]])
            if cell.kernel.separate_recurrent_bias:
                recurrent = _bias(cell.recurrent_bias, cell, steps, rows)
                pairs = [(weights, projected), (cell.recurrent_kernel, recurrent)]
            else:
                pairs = [(tf.concat([weights, cell.recurrent_kernel], 0), projected)]
            self._projections.append([DeferredProjection(*pair) for pair in pairs])
        del heard
        self.sequences["gates"] = [[one.known for one in pair] for pair in self._projections]

    def enter(self, states: Any) -> Any:
        """Carried states are float32 under every policy."""
        return tree.map_structure(lambda state: tf.cast(state, tf.float32), states)

    def step(self, slices: Any, heard: Tensor, states: Any) -> tuple[Tensor, list, list]:
        """Make one step; see `StackSteps.step`."""
        return super().step({**slices, "known": heard[:, :0]}, heard, states)

    def _layer(self, number: int, layer: Any, slices: Any, inputs: Tensor, state: Any) -> tuple[Tensor, list, list]:
        cell, projections, gates = self._cells[number], self._projections[number], slices["gates"][number]
        dtype = cell.recurrent_kernel.dtype
        before = tf.cast(state[0], dtype)
        if cell.kernel.separate_recurrent_bias:
            record = [inputs, before]
            sums = [one(part, value) for one, part, value in zip(projections, gates, record, strict=True)]
        else:
            record = [tf.concat([inputs, before], 1)]  # [B, I + U]
            sums = [projections[0](gates[0], record[0])]
        new = _advance(cell, self._scratch[number], sums, list(state))
        return tf.cast(new[0], dtype), new, record

    def finish(self, records: Any) -> None:
        """Give the projections all their inputs, for the gradients of the weights."""
        for pair, inputs in zip(self._projections, records, strict=True):
            for projection, value in zip(pair, inputs, strict=True):
                projection.finish(value)


def _bias(bias: Tensor | None, cell: Cell, steps: Any, rows: Any) -> Tensor:
    """Give every step its bias, [T, B, G]; zeros if there is none."""
    size = cell.recurrent_kernel.shape[1]
    value = tf.zeros([size], cell.recurrent_kernel.dtype) if bias is None else bias
    return tf.broadcast_to(value, [steps, rows, size])


def _advance(cell: Cell, scratch: tuple, sums: list[Tensor], states: list[Tensor]) -> list[Tensor]:
    """Do the element-wise part of a step: gates [B, G] and states [B, U] -> new states, float32."""
    dtype = sums[0].dtype

    @tf.custom_gradient
    def operation(*tensors: Tensor) -> tuple:
        gates = [tf.cast(value, tf.float32) for value in tensors[: len(sums)]]
        projected, recurrent = gates if len(gates) == 2 else (gates[0], None)
        new, saved = cell.kernel.forward(projected, recurrent, tensors[len(sums) :])

        def gradient(*d_new: Tensor) -> tuple:
            d_projected, d_recurrent, d_before = cell.kernel.backward(saved, d_new, scratch)
            d_gates = [tf.cast(value, dtype) for value in (d_projected, d_recurrent)[: len(sums)]]
            return (*d_gates, *d_before)

        return tuple(new), gradient

    return list(operation(*sums, *states))
