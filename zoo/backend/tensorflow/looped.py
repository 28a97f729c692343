"""Any number of steps in a loop."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from zoo.backend.tensorflow.steps import Inputs, backward_chunk, forward_chunk, matrix
from zoo.backend.types import Tensor

LOOP_STEPS = 16
"""How many steps an iteration of the loop makes; a second loop makes the rest one by one."""

Back = Callable[[Tensor, list[Tensor]], tuple[Tensor, Tensor, list[Tensor]]]


def run_saving(inputs: Inputs) -> tuple[Tensor, list[Tensor], Back]:
    """Run forward, and save what the way back needs (see `passes.run_saving`)."""
    whole = _whole(inputs)
    outputs, states, backs = [], inputs.states, []
    for part, size in _parts(inputs, whole):
        shown, states, back_part = _loop_saving(part._replace(states=states), size)
        outputs.append(shown)
        backs.append(back_part)

    def back(d_outputs: Tensor, d_states: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        *late, d_states = backs[1](d_outputs[whole:], d_states)
        *early, d_states = backs[0](d_outputs[:whole], d_states)
        joined = [tf.ensure_shape(tf.concat(both, 0), inputs.projected.shape) for both in zip(early, late, strict=True)]
        return joined[0], joined[-1], d_states

    return _join(inputs, outputs), states, back


def run(inputs: Inputs) -> tuple[Tensor, list[Tensor]]:
    """Run forward only (see `passes.run`)."""
    outputs, states = [], inputs.states
    for part, size in _parts(inputs, _whole(inputs)):
        loop = _Loop(part._replace(states=states), size)
        shown, states, _ = loop.forward(save=False)
        outputs.append(shown)
    return _join(inputs, outputs), states


def _whole(inputs: Inputs) -> Tensor:
    """How many steps the first loop makes."""
    return tf.shape(inputs.projected)[0] // LOOP_STEPS * LOOP_STEPS


def _parts(inputs: Inputs, whole: Tensor) -> list[tuple[Inputs, int]]:
    """Divide the steps between two loops; gives the inputs of each, and its steps an iteration."""
    keeps = (None, None) if inputs.keep is None else (inputs.keep[:whole], inputs.keep[whole:])
    early, late = (inputs.projected[:whole], inputs.projected[whole:])
    return [
        (inputs._replace(projected=early, keep=keeps[0]), LOOP_STEPS),
        (inputs._replace(projected=late, keep=keeps[1]), 1),
    ]


def _join(inputs: Inputs, outputs: list[Tensor]) -> Tensor:
    """Join the outputs of both loops: [T, B, U]."""
    shape = [*inputs.projected.shape[:2], inputs.weights.shape[0]]
    return tf.ensure_shape(tf.concat(outputs, 0), shape)


class _Loop:
    """A loop over chunks, forward and back.

    Args:
        inputs: a multiple of `size` steps.
        size: how many steps an iteration makes.
    """

    def __init__(self, inputs: Inputs, size: int) -> None:
        self.inputs, self.size = inputs, size
        self.count = tf.shape(inputs.projected)[0] // size
        """How many iterations there are."""
        self.rows = tf.shape(inputs.projected)[1]

    def forward(self, save: bool) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """Run forward.

        Args:
            save: whether to save what the kernel needs on the way back.

        Returns:
            The outputs [T, B, U]; the final states; and the saved arrays, each [iterations + 1, size, B, ...].
        """
        inputs = self.inputs
        weights = matrix(inputs.weights)
        shapes: list[tf.TensorShape] = []  # of what is saved; an array that may be empty forgets them

        def step(number: Tensor, carried: list[Tensor], outputs: tf.TensorArray, saved: list[tf.TensorArray]) -> tuple:
            part = inputs._replace(
                projected=self._chunk(inputs.projected, number),
                states=list(carried),
                keep=None if inputs.keep is None else self._chunk(inputs.keep, number),
            )
            shown, carried, left = forward_chunk(part, weights)
            stacked = [tf.stack(values) for values in zip(*left, strict=True)] if save else []
            shapes[:] = [values.shape for values in stacked]
            written = [array.write(number, value) for array, value in zip(saved, stacked, strict=True)]
            return number + 1, carried, outputs.write(number, shown), written

        arrays = [self._array(tf.float32) for _ in inputs.kernel.saved_names] if save else []
        _, final, outputs, saved = tf.while_loop(
            lambda number, *_: number < self.count,
            step,
            (tf.constant(0), inputs.states, self._array(inputs.projected.dtype), arrays),
        )
        stacked = [self._stack(array, shape[-1], tf.float32) for array, shape in zip(saved, shapes, strict=True)]
        return self._join(outputs, inputs.weights.shape[0]), list(final), stacked

    def backward(self, saved: list[Tensor], d_outputs: Tensor, d_final: list[Tensor]) -> tuple:
        """Go back.

        Args:
            saved: what `forward` saved.
            d_outputs: the gradient of the outputs, [T, B, U].
            d_final: the gradients of the final states.

        Returns:
            The gradients of the input's projection and, for a kernel with `separate_recurrent_bias`, the state's, each
            [T, B, G]; and those of the initial states.
        """
        inputs = self.inputs
        weights = matrix(inputs.weights, transpose=True)
        writes = 2 if inputs.kernel.separate_recurrent_bias else 1

        def step(left: Tensor, d_states: list[Tensor], gates: list[tf.TensorArray]) -> tuple:
            number = left - 1
            steps = [list(values) for values in zip(*(tf.unstack(values[number]) for values in saved), strict=True)]
            keep = None if inputs.keep is None else self._chunk(inputs.keep, number)
            *news, d_states = backward_chunk(
                inputs.kernel, steps, self._chunk(d_outputs, number), list(d_states), weights, keep
            )
            written = [array.write(number, value) for array, value in zip(gates, news[:writes], strict=True)]
            return number, d_states, written

        arrays = [self._array(inputs.projected.dtype) for _ in range(writes)]
        _, d_states, gates = tf.while_loop(lambda left, *_: left > 0, step, (self.count, d_final, arrays))
        return *(self._join(array, inputs.weights.shape[1]) for array in gates), list(d_states)

    def _chunk(self, values: Tensor, number: Tensor) -> Tensor:
        """The steps of an iteration: [T, ...] -> [size, ...]."""
        part = values[number * self.size : (number + 1) * self.size]
        return tf.ensure_shape(part, [self.size, *values.shape[1:]])

    def _array(self, dtype: tf.DType) -> tf.TensorArray:
        """An array with a place for each iteration, and one behind them, as an empty array cannot be stacked."""
        return tf.TensorArray(dtype, size=self.count + 1, infer_shape=False)

    def _stack(self, array: tf.TensorArray, width: int, dtype: tf.DType) -> Tensor:
        """Stack the arrays that the iterations wrote, followed by zeros: [iterations + 1, size, B, width]."""
        stacked = array.write(self.count, tf.zeros([self.size, self.rows, width], dtype)).stack()
        return tf.ensure_shape(stacked, [None, self.size, self.inputs.projected.shape[1], width])

    def _join(self, array: tf.TensorArray, width: int) -> Tensor:
        """Join what the iterations wrote: [T, B, width]."""
        stacked = self._stack(array, width, self.inputs.projected.dtype)
        return tf.reshape(stacked, [-1, self.rows, width])[: self.count * self.size]


def _loop_saving(inputs: Inputs, size: int) -> tuple[Tensor, list[Tensor], Callable[..., tuple]]:
    loop = _Loop(inputs, size)
    outputs, final, saved = loop.forward(save=True)
    return outputs, final, lambda d_outputs, d_final: loop.backward(saved, d_outputs, d_final)
