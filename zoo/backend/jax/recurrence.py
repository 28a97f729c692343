"""A recurrence over time on JAX, whose gradient multiplies once for all steps where the derived one does for each."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp

from zoo.backend.jax.cells import Advance, States
from zoo.backend.types import Nest, Tensor

Saved = tuple[Nest, ...]
"""What the way back needs: projections, weights, mask, and of each step the projection of the state and the states."""


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def recurrence(
    advance: Advance,
    projected: Tensor,
    states: States,
    recurrent_kernel: Tensor,
    recurrent_bias: Tensor,
    keep: Tensor | None,
) -> tuple[Tensor, States]:
    """Run a cell over a sequence.

    Args:
        advance: the element-wise part of a step.
        projected: the input's part of the gates [T, B, G].
        states: the initial ones, float32 [B, U].
        recurrent_kernel: [U, G].
        recurrent_bias: float32 [G].
        keep: float32 [T, B], 0 at steps that leave the states as they are; None for no such step.

    Returns:
        The outputs float32 [T, B, U] and the final states.
    """
    return _run(advance, projected, states, recurrent_kernel, recurrent_bias, keep)[0]


def _run(
    advance: Advance, projected: Tensor, states: States, weights: Tensor, bias: Tensor, keep: Tensor | None
) -> tuple[tuple[Tensor, States], Saved]:
    def step(before: States, at: tuple[Tensor, Tensor | None]) -> tuple[States, tuple[Nest, ...]]:
        part, kept = at
        inner = _times(before[0], weights) + bias
        after = _kept(kept, advance(part.astype(jnp.float32), inner, before), before)
        return after, (after[0], inner, before)

    final, (outputs, inner, before) = jax.lax.scan(step, states, (projected, keep))
    return (outputs, final), (projected, weights, keep, inner, before)


def _back(advance: Advance, saved: Saved, gradients: tuple[Tensor, States]) -> tuple[Nest, ...]:
    projected, weights, keep, inner, before = saved
    d_outputs, d_final = gradients
    transposed = weights.T

    def step(d_after: States, at: tuple[Nest, ...]) -> tuple[States, tuple[Tensor, Tensor]]:
        d_output, part, hidden, states, kept = at
        d_after = (d_after[0] + d_output, *d_after[1:])
        made, back = jax.vjp(
            lambda *given: _kept(kept, advance(*given), given[2]), part.astype(jnp.float32), hidden, states
        )
        del made
        d_part, d_inner, d_before = back(d_after)
        d_before = (d_before[0] + _times(d_inner, transposed), *d_before[1:])
        return d_before, (d_part.astype(part.dtype), d_inner)

    d_states, (d_projected, d_inner) = jax.lax.scan(
        step, d_final, (d_outputs, projected, inner, before, keep), reverse=True
    )
    flat = (-1, d_inner.shape[-1])
    # One product over all steps, where the derived gradient would add one up at each.
    d_weights = _times(before[0].reshape(-1, weights.shape[0]).T, d_inner.reshape(flat).astype(weights.dtype))
    no_keep = None if keep is None else jnp.zeros_like(keep)
    return d_projected, d_states, d_weights.astype(weights.dtype), d_inner.sum((0, 1)), no_keep


recurrence.defvjp(_run, _back)


def _times(left: Tensor, weights: Tensor) -> Tensor:
    """Multiply in the precision of the weights, and add up in float32."""
    return jnp.matmul(left.astype(weights.dtype), weights, preferred_element_type=jnp.float32)


def _kept(keep: Tensor | None, after: States, before: States) -> States:
    """The states after a step, which is left out where `keep` [B] is 0."""
    if keep is None:
        return after
    return tuple(jnp.where(keep[:, None] > 0, new, old) for new, old in zip(after, before, strict=True))
