"""Recurrent layers with attention to a memory: before or after them, with or without input feeding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, Unpack

import keras
from keras import ops, tree

from zoo import backend
from zoo.backend.types import Config, Nest, Shape, Tensor
from zoo.errors import UsageError, did_you_mean
from zoo.layers.options import LayerOptions
from zoo.layers.stack import Stack
from zoo.layers.stack_steps import stack_steps
from zoo.ops.masking import zero_masked
from zoo.ops.time_loop import run_steps

if TYPE_CHECKING:
    from zoo.layers.attention.attention import Attention

ATTEND = ("after", "before")

Recur = Callable[[list[Tensor], Nest], tuple[Tensor, Nest, Nest]]
"""Runs the layers for one step: (what they read besides their input, their states) -> (output, new states, records)."""


class Feedback(Protocol):
    """Decides inside the loop what the recurrent layers read, having seen the vector of the step before."""

    sequences: Tensor
    """Tensors [T, B, ...] in any nesting, of which it sees one step at a time."""

    def __call__(self, slices: Nest, vector: Tensor) -> Tensor:
        """Give the input of a step.

        Args:
            slices: of `sequences`.
            vector: [B, U], of the step before; zeros before the first.

        Returns:
            [B, E].
        """


@keras.saving.register_keras_serializable(package="zoo")
class Attending(keras.layers.Layer):
    """A stack of recurrent layers and an attention over a memory; its output is the attentional vector tanh(W [c; h]).

    Runs over whole sequences (training) or one step at a time (search), with the same weights and the same numbers.
    The state is a dict with the batch first in every tensor: `recurrent` (for each layer a list of states), `attention`
    (what the mechanism remembers of its past), `alignment` [B, S] of the last step, and with input feeding `vector`
    [B, U].

    Args:
        stack: the recurrent layers.
        attention: the mechanism; None for a stack that looks at nothing: its output is then its own, nothing is fed.
        attend: `after`: the query is the new output h of the layers (Luong, Pham and Manning 2015, arXiv:1508.04025);
            `before`: the query is the last layer's state of the step before, and the context c goes into the recurrent
            input, too (Bahdanau, Cho and Bengio 2015, arXiv:1409.0473).
        input_feeding: whether the attentional vector of the step before goes into the recurrent input (Luong 2015).
        **kwargs: what every Keras layer takes.

    Raises:
        UsageError: for an unknown value for attend:.
    """

    def __init__(
        self,
        stack: Stack,
        attention: Attention | None = None,
        attend: str = "after",
        input_feeding: bool = False,
        **kwargs: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**{**kwargs, "autocast": False})
        if attend not in ATTEND:
            raise UsageError(f"unknown value for attend: '{attend}'{did_you_mean(attend, ATTEND)}")
        self.stack, self.attention, self.attend, self.input_feeding = stack, attention, attend, input_feeding
        self._feeds = input_feeding and attention is not None
        self._before = attend == "before" and attention is not None
        self._draws = hasattr(attention, "sampled")
        self.units = stack.layers[-1].state_size[0]
        self.supports_jit = stack.supports_jit

    def build(self, sequences_shape: Shape, memory_shape: Shape) -> None:
        """Create the weights.

        Args:
            sequences_shape: (B, T, E).
            memory_shape: (B, S, D).
        """
        context = 0
        if self.attention is not None:
            if not self.attention.built:
                self.attention.build((None, None, self.units), tuple(memory_shape))
            assert self.attention.output_size is not None
            context = self.attention.output_size
            self.kernel = self.add_weight(shape=(context + self.units, self.units), name="kernel")
        self._heard = (context if self._before else 0) + (self.units if self._feeds else 0)
        if not self.stack.built:
            self.stack.build((*sequences_shape[:2], (sequences_shape[-1] or 0) + self._heard))
        self.built = True

    def prepare(self, memory: Tensor, mask: Tensor | None = None) -> dict[str, Nest]:
        """Compute, once, what depends on the memory alone.

        Args:
            memory: [B, S, D].
            mask: [B, S], False at places that are not there; None for no such place.

        Returns:
            The output of the mechanism's `prepare`: tensors with the batch first.
        """
        if self.attention is not None:
            return dict(self.attention.prepare(memory, mask))
        present = ops.ones_like(memory[:, :, 0]) if mask is None else mask
        values = zero_masked(ops.cast(memory, self.compute_dtype), mask)
        return {"values": values, "mask": ops.cast(present, "float32")}

    def start(self, prepared: Mapping[str, Tensor], recurrent: Nest = None) -> dict[str, Nest]:
        """Make the state before the first step.

        Args:
            prepared: what `prepare` gave.
            recurrent: for each layer a list of states [B, U]; None for zeros.

        Returns:
            The state.
        """
        rows = ops.shape(prepared["mask"])[0]
        state = {
            "recurrent": self.stack.zero_state(rows) if recurrent is None else recurrent,
            "attention": [] if self.attention is None else list(self.attention.start(prepared)),
            "alignment": ops.zeros_like(prepared["mask"]),
        }
        if self._feeds:
            state["vector"] = ops.zeros((rows, self.units), dtype=self.compute_dtype)
        return state

    def step(
        self, inputs: Tensor, prepared: Mapping[str, Tensor], state: Nest, training: bool = False
    ) -> tuple[Tensor, dict[str, Nest]]:
        """Make one step; plain `keras.ops`, so that XLA can compile a loop around it.

        Args:
            inputs: [B, E].
            prepared: what `prepare` gave.
            state: what `start` or the step before gave.
            training: whether dropout is on.

        Returns:
            The attentional vector [B, U] and the new state.
        """

        def recur(heard: list[Tensor], recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            known = ops.cast(inputs, self.compute_dtype)
            return *self.stack.step(ops.concatenate([known, *heard], -1), recurrent, training=training), []

        vector = state.get("vector")
        output, context, after, _ = self._turn(recur, prepared, state, vector, training)
        vector = self._vectors(context, output)
        return vector, {**after, "vector": vector} if self._feeds else after

    def call(
        self,
        sequences: Tensor,
        prepared: Mapping[str, Tensor],
        state: Nest = None,
        training: bool = False,
        embeddings: Tensor | None = None,
        feedback: Feedback | None = None,
    ) -> dict[str, Nest]:
        """Run over a batch of sequences.

        Args:
            sequences: [B, T, E]; or tokens [B, T] with embeddings.
            prepared: what `prepare` gave.
            state: from `start`, `step` or an earlier call; None to start from zero.
            training: whether dropout is on.
            embeddings: the vector of every token [V, E] (see `Stack.call`).
            feedback: gives the input of each step instead of `sequences`, of which only the shape then counts.

        Returns:
            `vectors` [B, T, U], `alignments` [B, T, S], and `state`, from which one can go on. With a mechanism that
            draws places (it has a method `sampled`), also `log_probability` and `entropy` of the draws, each [B, T].
        """
        state = self.start(prepared) if state is None else dict(state)
        if self._feeds or self._before or feedback is not None:
            if embeddings is not None:
                sequences = ops.take(embeddings, sequences, axis=0)  # [B, T, E]
            return self._loop(ops.cast(sequences, self.compute_dtype), prepared, state, training, feedback)
        outputs, state["recurrent"] = self.stack(
            sequences, initial_state=state["recurrent"], training=training, embeddings=embeddings
        )  # [B, T, U]
        if self.attention is None:
            rows, steps = ops.shape(outputs)[0], ops.shape(outputs)[1]
            nothing = ops.zeros((rows, steps, ops.shape(prepared["mask"])[1]), dtype=prepared["mask"].dtype)
            return {"vectors": outputs, "alignments": nothing, "state": state}
        contexts, alignments, state["attention"] = self.attention.attend(
            outputs, prepared, training=training, state=state["attention"]
        )
        state["alignment"] = alignments[:, -1]
        outcome = {"vectors": self._vectors(contexts, outputs), "alignments": alignments, "state": state}
        if self._draws:
            outcome |= {"log_probability": self.attention.log_probability, "entropy": self.attention.entropy}
        return outcome

    def _loop(
        self, sequences: Tensor, prepared: Mapping[str, Tensor], state: Nest, training: bool, feedback: Feedback | None
    ) -> Tensor:
        """Run step by step, with no more inside the loop than must be."""
        rows, steps = ops.shape(sequences)[0], ops.shape(sequences)[1]
        known = sequences if feedback is None else sequences[:, :, :0]
        recurrence = stack_steps(self.stack, known, training)
        sliced = {"stack": recurrence.sequences, "feedback": [] if feedback is None else feedback.sequences}
        # The attentional vector is made inside the loop only if the next step hears it.
        inside = self.attention is not None and (self._feeds or feedback is not None)
        project = None
        if inside:
            zeros = ops.zeros((steps, rows, self.units), dtype=self.compute_dtype)
            project = backend.active().loop_projection(ops.cast(self.kernel, self.compute_dtype), zeros, training)
            sliced["vector"] = project.known
        carried = {**state, "recurrent": recurrence.enter(state["recurrent"])}
        if inside or feedback is not None:
            start = ops.zeros((rows, self.units), dtype=self.compute_dtype)
            carried["vector"] = ops.cast(state.get("vector", start), self.compute_dtype)

        def one(slices: Nest, before: Tensor) -> tuple[Tensor, Tensor]:
            vector = before.get("vector")
            fed = [] if feedback is None else [feedback(slices["feedback"], vector)]

            def recur(heard: list[Tensor], recurrent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                return recurrence.step(slices["stack"], ops.concatenate([*fed, *heard], -1), recurrent)

            output, context, after, records = self._turn(recur, prepared, before, vector, training)
            kept = {"alignment": after["alignment"], "records": records}
            if self._draws:
                assert self.attention is not None
                kept["log_probability"], kept["entropy"] = self.attention.sampled(after["attention"])
            if project is not None:
                both = ops.concatenate([context, output], -1)  # [B, D + U]
                after["vector"] = ops.tanh(project(slices["vector"], both))
                kept |= {"both": both, "vector": after["vector"]}
            else:
                kept |= {"output": output} if context is None else {"output": output, "context": context}
                if feedback is not None:
                    after["vector"] = output
            return kept, after

        kept, after = run_steps(one, sliced, carried)
        recurrence.finish(kept["records"])
        if project is not None:
            project.finish(kept["both"])
            vectors = kept["vector"]
        else:
            vectors = self._vectors(kept.get("context"), kept["output"])
        after["recurrent"] = tree.map_structure(
            lambda new, old: ops.cast(new, old.dtype), after["recurrent"], state["recurrent"]
        )
        if not self._feeds:
            after.pop("vector", None)
        outcome = {
            "vectors": ops.transpose(vectors, (1, 0, 2)),
            "alignments": ops.transpose(kept["alignment"], (1, 0, 2)),
            "state": after,
        }
        if self._draws:
            outcome |= {name: ops.transpose(kept[name]) for name in ("log_probability", "entropy")}
        return outcome

    def _turn(
        self, recur: Recur, prepared: Mapping[str, Tensor], state: Nest, vector: Tensor, training: bool
    ) -> tuple[Tensor, Tensor | None, dict[str, Nest], Nest]:
        """Attend and recur in the wanted order.

        Args:
            recur: called with what the layers hear besides their input, and their states; returns their output, states
                and records.
            prepared: the memory.
            state: before the step.
            vector: the attentional vector before, [B, U], for input feeding.
            training: whether to apply dropout and other randomness of training.

        Returns:
            The output of the layers [B, U], the context [B, D] or None, the state after without its vector, records.
        """
        state = dict(state)
        heard, context = [], None
        if self._before:
            query = ops.cast(state["recurrent"][-1][0], self.compute_dtype)
            assert self.attention is not None
            context, state["alignment"], state["attention"] = self.attention.step(
                query, prepared, state["attention"], training=training
            )
            heard.append(context)
        if self._feeds:
            heard.append(vector)
        output, state["recurrent"], records = recur(heard, state["recurrent"])
        if self.attention is not None and not self._before:
            context, state["alignment"], state["attention"] = self.attention.step(
                output, prepared, state["attention"], training=training
            )
        return output, context, state, records

    def _vectors(self, contexts: Tensor, outputs: Tensor) -> Tensor:
        """Make attentional vectors of contexts [..., D] and outputs [..., U]: [..., U]."""
        if contexts is None:
            return outputs
        both = ops.concatenate([contexts, outputs], -1)  # [..., D + U]
        flat = ops.matmul(ops.reshape(both, (-1, both.shape[-1])), ops.cast(self.kernel, self.compute_dtype))
        return ops.reshape(ops.tanh(flat), (*ops.shape(outputs)[:-1], self.units))

    def get_config(self) -> Config:
        """Return the configuration of this layer and its inner layers."""
        return {
            **super().get_config(),
            "stack": keras.saving.serialize_keras_object(self.stack),
            "attention": None if self.attention is None else keras.saving.serialize_keras_object(self.attention),
            "attend": self.attend,
            "input_feeding": self.input_feeding,
        }

    @classmethod
    def from_config(cls, config: Config) -> Attending:
        """Make a layer from what `get_config` returned."""
        made = {name: keras.saving.deserialize_keras_object(config[name]) for name in ("stack", "attention")}
        return cls(**{**config, **made})
