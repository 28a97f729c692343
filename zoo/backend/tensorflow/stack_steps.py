"""The fast recurrence of a stack inside a loop over time: element-wise kernels, weight gradients after the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf
from keras import tree

from zoo.backend.generic.projection import LoopProjection
from zoo.backend.generic.stack_steps import StackSteps, States
from zoo.backend.tensorflow.projection import loop_projection, once_differentiable
from zoo.backend.tensorflow.rnn import Cell, can_run_layer, fast_cell
from zoo.backend.types import Nest, Tensor


class FastStackSteps(StackSteps):
    """`StackSteps` of layers that the fast recurrence can do: a matmul or two and a fused kernel a layer and step."""

    def _prepare(self, known: Tensor) -> None:
        """Project the known part of the input, [T, B, E], and lay the other weights out for the loop."""
        dtype = tf.as_dtype(self.stack.compute_dtype)
        steps, rows = tf.unstack(tf.shape(known)[:2])
        steps = steps if known.shape[0] is None else known.shape[0]
        rows = rows if known.shape[1] is None else known.shape[1]
        self._cells = [fast_cell(layer.cell, dtype) for layer in self.stack.layers]
        self._scratch = [cell.kernel.scratch(rows, cell.recurrent_kernel.shape[0]) for cell in self._cells]
        self._projections: list[list[LoopProjection]] = []
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
            self._projections.append([loop_projection(*pair, self.training) for pair in pairs])
        self.sequences["gates"] = [[one.known for one in pair] for pair in self._projections]

    def enter(self, states: States) -> States:
        """Cast states to float32, as they are inside the loop under every policy."""
        entered: States = tree.map_structure(lambda state: tf.cast(state, tf.float32), states)
        return entered

    def step(self, slices: dict[str, Nest], fed: Tensor, states: States) -> tuple[Tensor, States, list[list[Tensor]]]:
        """Make one step (see `StackSteps.step`)."""
        return super().step({**slices, "known": fed[:, :0]}, fed, states)

    def _layer(
        self, number: int, layer: keras.layers.RNN, slices: dict[str, Nest], inputs: Tensor, state: list[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        cell, projections, gates = self._cells[number], self._projections[number], slices["gates"][number]
        dtype = cell.recurrent_kernel.dtype
        before = tf.cast(state[0], dtype)
        if cell.kernel.separate_recurrent_bias:
            record = [inputs, before]
            sums = [one(part, value) for one, part, value in zip(projections, gates, record, strict=True)]
        else:
            record = [tf.concat([inputs, before], 1)]  # [B, I + U]
            sums = [projections[0](gates[0], record[0])]
        new = _advance(cell, self._scratch[number], sums, list(state), self.training)
        return tf.cast(new[0], dtype), new, record

    def finish(self, records: list[list[Tensor]]) -> None:
        """Give each projection the inputs of all steps, for the gradient of its weight."""
        for pair, inputs in zip(self._projections, records, strict=True):
            for projection, value in zip(pair, inputs, strict=True):
                projection.finish(value)


def stack_steps(layers: Sequence[keras.layers.RNN], training: bool) -> type[StackSteps]:
    """Choose the steps for some layers (see `Backend.stack_steps`)."""
    fast = all(can_run_layer(layer, training) and not (training and layer.cell.dropout) for layer in layers)
    return FastStackSteps if fast else StackSteps


def _bias(bias: Tensor | None, cell: Cell, steps: int | Tensor, rows: int | Tensor) -> Tensor:
    """Give every step its bias, [T, B, G]; zeros if there is none."""
    size = cell.recurrent_kernel.shape[1]
    value = tf.zeros([size], cell.recurrent_kernel.dtype) if bias is None else bias
    return tf.broadcast_to(value, [steps, rows, size])


def _advance(
    cell: Cell, scratch: tuple[Tensor, ...], sums: list[Tensor], states: list[Tensor], training: bool
) -> list[Tensor]:
    """Do the element-wise part of a step: gates [B, G] and states [B, U] -> new states, float32."""
    dtype = sums[0].dtype

    def forward(*tensors: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        gates = [tf.cast(value, tf.float32) for value in tensors[: len(sums)]]
        return cell.kernel.forward(gates[0], gates[1] if len(gates) == 2 else None, tensors[len(sums) :])

    @tf.custom_gradient
    def operation(*tensors: Tensor) -> tuple[tuple[Tensor, ...], Callable[..., tuple[Tensor | None, ...]]]:
        new, saved = forward(*tensors)

        def gradient(*d_new: Tensor) -> tuple[Tensor | None, ...]:
            d_projected, d_recurrent, d_before = cell.kernel.backward(saved, d_new, scratch)
            d_gates = [tf.cast(value, dtype) for value in (d_projected, d_recurrent)[: len(sums)]]
            return (*once_differentiable(*d_gates), *d_before)

        return tuple(new), gradient

    return list(operation(*sums, *states)) if training else forward(*sums, *states)[0]
