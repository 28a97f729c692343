"""The cell: a controller, heads that write and read, and a memory that is part of the state."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from zoo import UsageError
from zoo.layers import Tensor
from zoo_memory.heads import address, controls, draw, shift_matrix

CONTROLLERS = ("lstm", "dense")


@keras.saving.register_keras_serializable(package="zoo_memory")
class NeuralTuringCell(keras.layers.Layer):
    """One step of a neural Turing machine (Graves, Wayne, Danihelka 2014, arXiv:1410.5401).

    The heads are addressed by what the memory held before the step; then the memory is written, and read. All states
    are vectors, and zeros are a good start: an empty memory, with every head at the first place.

    States, in order: the output [B, U]; of an LSTM its cell [B, U]; what was read [B, R M]; the memory [B, M N]; the
    weightings [B, H N] of the H = 1 + R heads, less their start.

    Args:
        units: U, of the controller and of the output.
        places: N, of the memory.
        width: M, of the vector at a place.
        reads: R, heads that read; one head writes.
        controller: `lstm`, or `dense` for a layer without a state.
        hard: whether a head is at one place: a drawn one in training, else the likeliest.
        soft_share: how many rows stay soft in training, if the cell is hard.
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: an unknown controller, or a size that is none.
    """

    def __init__(
        self,
        units: int,
        places: int = 32,
        width: int = 20,
        reads: int = 1,
        controller: str = "lstm",
        hard: bool = False,
        soft_share: float = 0.5,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if controller not in CONTROLLERS:
            raise UsageError(f"unknown controller '{controller}'; known: {', '.join(CONTROLLERS)}")
        if places < 3 or min(units, width, reads) < 1:
            raise UsageError(f"a memory of {places} places of {width}, {reads} read heads, {units} units: too small")
        self.units, self.places, self.width, self.reads = units, places, width, reads
        self.controller, self.hard, self.soft_share = controller, hard, soft_share
        self.heads = 1 + reads
        cell = [units] if controller == "lstm" else []
        self.state_size = [units, *cell, reads * width, width * places, self.heads * places]
        self.output_size = units
        # The softmax and the lengths of vectors want more digits than bfloat16 has.
        self.precise = "float32" if self.compute_dtype in ("bfloat16", "float16") else self.compute_dtype

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Create the weights for inputs [B, D]."""
        lstm = self.controller == "lstm"
        self.inputs_size: int = input_shape[-1] or 0
        heard = self.inputs_size + self.reads * self.width + (self.units if lstm else 0)
        gates = 4 * self.units if lstm else self.units
        self.kernel = self.add_weight(shape=(heard, gates), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(gates,), initializer=self._start_bias, name="bias")
        steering = self.heads * controls(self.width) + 2 * self.width
        self.head_kernel = self.add_weight(shape=(self.units, steering), initializer="glorot_uniform", name="heads")
        self.head_bias = self.add_weight(shape=(steering,), initializer="zeros", name="heads_bias")
        shape = (self.reads * self.width, self.units)
        self.read_kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="read")
        self.built = True

    def _start_bias(self, shape: Sequence[int], dtype: str | None = None) -> Tensor:
        """Zeros, but ones for the gate of an LSTM that keeps its cell."""
        values = np.zeros(shape, "float32")
        if self.controller == "lstm":
            values[self.units : 2 * self.units] = 1
        return ops.convert_to_tensor(values, dtype)

    def call(self, inputs: Tensor, states: Sequence[Tensor], training: bool = False) -> tuple[Tensor, list[Tensor]]:
        """Make one step.

        Args:
            inputs: [B, D]; where the states have one more, what is to be drawn with follows: [B, D + H + 1].
            states: as above; and one more [B, 2], the sums of the log-probabilities and of the entropies of the draws.
            training: whether a hard cell may draw; without the further state it is soft in training.

        Returns:
            The output [B, U] and the new states.
        """
        drawing = len(states) > len(self.state_size)
        output, *cell, read, memory, weightings = states[: len(self.state_size)]
        heard = [inputs[:, : self.inputs_size], read, *([output] if self.controller == "lstm" else [])]
        hidden, cell = self._control(ops.matmul(ops.concatenate(heard, -1), self.kernel) + self.bias, cell)
        rows = ops.shape(inputs)[0]
        memory = ops.reshape(self._precise(memory), (rows, self.width, self.places))  # [B, M, N]
        told = self._precise(ops.matmul(hidden, self.head_kernel) + self.head_bias)
        steering, erase, add = ops.split(told, [told.shape[-1] - 2 * self.width, told.shape[-1] - self.width], axis=-1)
        steering = ops.reshape(steering, (rows, self.heads, controls(self.width)))
        now, logarithms = address(steering, memory, self.weightings(weightings), shift_matrix(self.places))
        ledger: list[Tensor] = []
        if drawing:
            now, ledger = self._draw(now, logarithms, inputs[:, self.inputs_size :], states[-1])
        elif self.hard and not training:
            now = ops.one_hot(ops.argmax(now, axis=-1), self.places, dtype=now.dtype)
        here = now[:, :1]  # [B, 1, N]
        memory = memory + here * (add[:, :, None] - ops.sigmoid(erase)[:, :, None] * memory)
        read = ops.matmul(memory, ops.transpose(now[:, 1:], (0, 2, 1)))  # [B, M, R]
        read = ops.cast(ops.reshape(read, (rows, self.width * self.reads)), self.compute_dtype)
        output = hidden + ops.matmul(read, self.read_kernel)
        kept = [
            ops.reshape(memory, (rows, self.width * self.places)),
            ops.reshape(now - self._start(), (rows, self.heads * self.places)),
        ]
        return output, [output, *cell, read, *(ops.cast(one, self.compute_dtype) for one in kept), *ledger]

    def weightings(self, state: Tensor) -> Tensor:
        """Read off the last state [B, H N] where the heads are: [B, H, N], the head that writes first."""
        flat = ops.reshape(self._precise(state), (ops.shape(state)[0], self.heads, self.places))
        # A decoder may start from states of another model's making.
        return ops.relu(flat + self._start())

    def _control(self, gates: Tensor, cell: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Give the controller's output [B, U] and its new state."""
        if self.controller == "dense":
            return ops.tanh(gates), []
        enters, keeps, new, leaves = ops.split(gates, 4, axis=-1)
        kept = ops.sigmoid(keeps) * cell[0] + ops.sigmoid(enters) * ops.tanh(new)
        return ops.sigmoid(leaves) * ops.tanh(kept), [kept]

    def _draw(self, soft: Tensor, logarithms: Tensor, numbers: Tensor, ledger: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Put the heads of rows that are not left soft at drawn places, and add to the ledger what came of it."""
        numbers = self._precise(numbers)  # [B, H + 1]: one a head, and the row's own
        hard = ops.stop_gradient(draw(soft, numbers[:, : self.heads]))  # [B, H, N]
        stays = numbers[:, self.heads :, None] < self.soft_share  # [B, 1, 1]
        chosen = ops.where(stays[:, :, 0], 0.0, ops.sum(hard * logarithms, axis=(1, 2))[:, None])  # [B, 1]
        entropy = -ops.sum(soft * logarithms, axis=(1, 2))[:, None]  # [B, 1]
        return ops.where(stays, soft, hard), [ledger + ops.concatenate([chosen, entropy], -1)]

    def _start(self) -> Tensor:
        """One-hot [1, 1, N]: where all heads begin."""
        return ops.one_hot([[0]], self.places, dtype=self.precise)

    def _precise(self, tensor: Tensor) -> Tensor:
        return ops.cast(tensor, self.precise)

    def get_config(self) -> dict[str, object]:
        """Return the arguments that make this cell again."""
        names = ("units", "places", "width", "reads", "controller", "hard", "soft_share")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
