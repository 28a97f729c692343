"""Recurrent layers on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import keras
from keras import ops

from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError
from zoo.layers.cells import CellFactory, cell_by_name
from zoo.layers.connection import Connection
from zoo.layers.dropout import Dropout
from zoo.layers.options import LayerOptions
from zoo.layers.projected_step import MOST_TOKENS, project, projected_step, takes_projected
from zoo.layers.recurrent import Recurrent
from zoo.layers.refusal import refuse
from zoo.layers.zoneout import Zoneout
from zoo.ops.masking import one_mask, zero_masked


@keras.saving.register_keras_serializable(package="zoo")
class Stack(keras.layers.Layer):
    """The second RNN receives the output of the first; neither knows nor cares.

    Runs over a sequence (training) or one step at a time (generation), with the same weights and the same numbers.

    Args:
        cell: a name (`rnn`, `lstm`, `gru`, `lnlstm`, `lngru`), or a factory called as `factory(units, dtype=policy)`
            that returns a Keras recurrent layer or a Keras cell.
        layers: how many layers; or the layers themselves (made with `return_sequences` and `return_state`), then the
            cell, units, zoneout and directions are theirs.
        units: the size U of each layer's state.
        dropout: the share of each layer's outputs that is dropped in training.
        variational: drop the same features at every time step (Gal and Ghahramani 2016).
        zoneout: the share of each state that keeps its value for a step in training (Krueger et al. 2017).
        connection: `plain`, `residual` or `highway`: how a layer's output meets its input (see `Connection`).
        bidirectional: read in both directions; outputs are [B, T, 2 U], and there is no `step`.
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: for an unknown cell or an impossible number of layers.

    Example:
        >>> stack = Stack("gru", layers=2, units=64)
        >>> outputs, states = stack(inputs)                  # inputs [B, T, D], outputs [B, T, 64]
        >>> output, states = stack.step(inputs[:, 0], states)  # [B, 64]
    """

    def __init__(
        self,
        cell: str | CellFactory = "lstm",
        layers: int | Sequence[Tensor] = 2,
        units: int = 128,
        dropout: float = 0.0,
        variational: bool = False,
        zoneout: float = 0.0,
        connection: str = "plain",
        bidirectional: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.dropout = dropout
        if isinstance(layers, int):
            if layers < 1:
                raise UsageError(f"a stack needs at least one layer, not {layers}")
            factory = cell_by_name(cell) if isinstance(cell, str) else cell
            layers = [_make_layer(factory, units, zoneout, bidirectional, self.dtype_policy) for _ in range(layers)]
        self.layers = list(layers)
        self.variational = variational
        self.connection = connection
        noise = (None, 1, None) if variational else None
        self.dropouts = [Dropout(dropout, noise_shape=noise, dtype=self.dtype_policy) for _ in self.layers]
        self.connections = [Connection(connection, dtype=self.dtype_policy) for _ in self.layers]
        self.supports_jit = all(layer.supports_jit for layer in self.layers)

    def build(self, inputs_shape: Shape, embeddings_shape: Shape | None = None) -> None:
        """Create the weights.

        Args:
            inputs_shape: (B, T, D), or (B, T) with embeddings.
            embeddings_shape: (V, D), if the stack reads tokens.
        """
        shape = tuple(inputs_shape) if embeddings_shape is None else (*inputs_shape, embeddings_shape[-1])
        if len(shape) != 3:
            raise UsageError(f"{self.name}: the input has shape {shape}; it should have 3 axes [batch, time, features]")
        for layer, dropout, connection in zip(self.layers, self.dropouts, self.connections, strict=True):
            layer.build(shape)
            after = (*shape[:2], _output_size(layer))
            dropout.build(after)
            connection.build(shape, after)
            shape = after
        self.built = True

    def call(
        self,
        inputs: Tensor,
        initial_state: Nest = None,
        mask: Tensor | None = None,
        training: bool = False,
        embeddings: Tensor | None = None,
    ) -> tuple:
        """Run over a batch of sequences.

        Args:
            inputs: [B, T, D]; or tokens [B, T] with embeddings.
            initial_state: for each layer a list of states [B, U]; None for zeros.
            mask: [B, T], False at steps that leave the states as they are; None for no such step.
            training: whether dropout is on.
            embeddings: the vector of every token [V, D], such as an embedding's: the same as looking the vectors up
                first, but faster when V is much smaller than B T.

        Returns:
            The outputs of the last layer [B, T, U], and for each layer the list of its final states.
        """
        read = self._run(inputs, initial_state, mask, training, embeddings)
        return read[-1][1], [state for _, _, state in read]

    def layer_outputs(self, inputs: Tensor, embeddings: Tensor | None = None) -> list[Tensor]:
        """Run over a batch of sequences, to look into the network.

        Args:
            inputs: [B, T, D]; or tokens [B, T] with embeddings.
            embeddings: the vector of every token [V, D].

        Returns:
            The outputs of each layer itself [B, T, U], before connections and dropout.
        """
        return [output for output, _, _ in self._run(inputs, None, None, False, embeddings)]

    def _run(
        self, inputs: Tensor, initial_state: Nest, mask: Tensor | None, training: bool, embeddings: Tensor | None
    ) -> list[tuple[Tensor, Tensor, list[Tensor]]]:
        """Run layer after layer: its own outputs, what the next layer reads, and its final states."""
        mask = one_mask(mask)
        if inputs.shape[1] == 0:
            refuse(f"{self.name}: the input has shape {tuple(inputs.shape)}; it should have at least one time step")
        if embeddings is None and (self.connections[0].meets or not isinstance(self.layers[0], Recurrent)):
            inputs = zero_masked(inputs, mask)  # a `Recurrent` does that itself
        if embeddings is not None:
            inputs = ops.cast(inputs, "int32")
        outputs, read = inputs, []
        for number, (layer, connection) in enumerate(zip(self.layers, self.connections, strict=True)):
            before = outputs
            initial = None if initial_state is None else list(initial_state[number])
            if number == 0 and embeddings is not None:
                outputs, *state = self._read(layer, inputs, embeddings, initial, mask, training)
            else:
                outputs, *state = layer(outputs, initial_state=initial, mask=mask, training=training)
            own, outputs = outputs, self.dropouts[number](outputs, training=training)
            if connection.meets:
                if number == 0 and embeddings is not None:
                    before = zero_masked(ops.take(embeddings, zero_masked(before, mask), axis=0), mask)
                outputs = connection(before, outputs)
            read.append((own, outputs, state))
        return read

    def _read(
        self,
        layer: keras.layers.Layer,
        tokens: Tensor,
        embeddings: Tensor,
        initial: Tensor,
        mask: Tensor,
        training: bool,
    ) -> Tensor:
        """Run the first layer over tokens."""
        embeddings = ops.cast(embeddings, self.compute_dtype)
        if isinstance(layer, Recurrent):
            return layer(tokens, initial_state=initial, mask=mask, training=training, embeddings=embeddings)
        vectors = zero_masked(ops.take(embeddings, zero_masked(tokens, mask), axis=0), mask)  # [B, T, D]
        return layer(vectors, initial_state=initial, mask=mask, training=training)

    def step(
        self,
        inputs: Tensor,
        states: Sequence[Sequence[Tensor]],
        training: bool = False,
        embeddings: Tensor | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """Make one time step; plain `keras.ops`, so that XLA can compile a loop around it.

        Args:
            inputs: [B, D]; or tokens [B] with embeddings.
            states: for each layer a list of states [B, U], as `zero_state` or `call` return them.
            training: whether dropout is on.
            embeddings: the vector of every token [V, D].

        Returns:
            The output of the last layer [B, U] and the new states.

        Raises:
            UsageError: for a bidirectional stack.
        """
        if any(isinstance(layer, keras.layers.Bidirectional) for layer in self.layers):
            raise UsageError(f"{self.name}: a bidirectional stack cannot step: it needs the whole sequence")
        if not self.built:
            self.build((inputs.shape[0], None, inputs.shape[-1]))
        projected = None
        if embeddings is not None:
            inputs, embeddings = ops.cast(inputs, "int32"), ops.cast(embeddings, self.compute_dtype)
            first = self.layers[0]
            small = embeddings.shape[0] <= MOST_TOKENS and not self.connections[0].meets
            if small and not training and takes_projected(first):
                # The same for all steps: XLA takes it out of the loop.
                projected = ops.take(project(first.cell, embeddings), inputs, axis=0)  # [B, G]
            inputs = ops.take(embeddings, inputs, axis=0)  # [B, D]
        output, new_states = ops.cast(inputs, self.compute_dtype), []
        parts = zip(self.layers, self.dropouts, self.connections, states, strict=True)
        for layer, dropout, connection, state in parts:
            before = output
            if projected is None:
                output, state = layer.cell(before, list(state))
            else:
                output, state = projected_step(layer.cell, projected, list(state))
                projected = None
            if dropout.rate and training:
                output = dropout(output[:, None], training=training)[:, 0]
            output = connection(before, output)
            new_states.append(list(state) if isinstance(state, (list, tuple)) else [state])
        return output, new_states

    def zero_state(self, batch_size: int | Tensor) -> list[list[Tensor]]:
        """Make the states that a sequence starts with.

        Args:
            batch_size: B.

        Returns:
            For each layer a list of zeros [B, U].
        """
        halves = [
            (layer.forward_layer, layer.backward_layer) if isinstance(layer, keras.layers.Bidirectional) else (layer,)
            for layer in self.layers
        ]
        return [[state for half in pair for state in half.get_initial_state(batch_size)] for pair in halves]

    def compute_output_shape(self, input_shape: Shape, **_: object) -> tuple:
        """Return the shapes of what `call` returns.

        Args:
            input_shape: (B, T, D), or (B, T) for tokens.
        """
        batch, time = input_shape[:2]
        states = [[(batch, units) for units in _state_sizes(layer)] for layer in self.layers]
        return (batch, time, _output_size(self.layers[-1])), states

    def compute_mask(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Pass the mask on with the outputs; the states have none."""
        return mask, [[None for _ in _state_sizes(layer)] for layer in self.layers]

    def get_config(self) -> Config:
        """Return the configuration of the stack and its layers."""
        layers = [keras.saving.serialize_keras_object(layer) for layer in self.layers]
        return {
            **super().get_config(),
            "layers": layers,
            "dropout": self.dropout,
            "variational": self.variational,
            "connection": self.connection,
        }

    @classmethod
    def from_config(cls, config: Config) -> Stack:
        """Make a stack from what `get_config` returned."""
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})


def _make_layer(
    factory: CellFactory, units: int, zoneout: float, bidirectional: bool, policy: keras.DTypePolicy
) -> Tensor:
    """Call a factory; a bare Keras cell gets the loop of Keras around it."""
    made = factory(units, dtype=policy)
    if not isinstance(made, keras.layers.RNN):
        if not hasattr(made, "state_size"):
            raise UsageError(f"a cell should be a Keras recurrent layer or cell; {factory!r} made {made!r}")
        made = keras.layers.RNN(made, dtype=policy)
    if zoneout:
        made = Zoneout(made.cell, zoneout, dtype=policy)
    made.return_sequences = True
    made.return_state = True
    return keras.layers.Bidirectional(made, dtype=policy) if bidirectional else made


def _state_sizes(layer: keras.layers.Layer) -> list[int]:
    """Return the sizes of a layer's states, those of both directions if it has two."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [*layer.forward_layer.state_size, *layer.backward_layer.state_size]
    return list(layer.state_size)


def _output_size(layer: keras.layers.Layer) -> int:
    """Return the number of features of a recurrent layer's output."""
    if isinstance(layer, keras.layers.Bidirectional):
        return 2 * _output_size(layer.forward_layer)
    size = getattr(layer.cell, "output_size", None)
    return layer.state_size[0] if size is None else size
