"""Masks: values at masked positions are ignored, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence

from keras import ops, tree

from zoo.backend.types import Nest, Tensor


def one_mask(mask: Nest) -> Tensor | None:
    """Take the mask [B, T] out of what Keras hands to a layer, which may be a list with a mask for each input."""
    return None if mask is None else next((part for part in tree.flatten(mask) if part is not None), None)


def weighted_sum(values: Tensor, weights: Tensor, axis: int | Sequence[int] | None = None) -> Tensor:
    """Sum values, each times its weight; where the weight is 0 it does not matter what the value is.

    Args:
        values: [...], float.
        weights: [...], of the same shape.
        axis: over which to sum; None for all.
    """
    return ops.sum(ops.where(weights != 0, values, ops.cast(0, values.dtype)) * weights, axis=axis)


def zero_masked(values: Tensor, mask: Tensor | None) -> Tensor:
    """Put zeros where a mask is False.

    A product with 0 would leave NaN and infinity as they are, and so would the gradients of all that is computed of
    them. Zeros that enter a computation stay finite, and so do its gradients.

    Args:
        values: [B, T, ...], of any dtype.
        mask: [B, T], of any dtype; None for no masked place.

    Returns:
        Of the shape and dtype of `values`.
    """
    if mask is None:
        return values
    axes = len(values.shape) - len(mask.shape)
    shown = ops.reshape(ops.cast(mask, "bool"), (*ops.shape(mask), *(1,) * axes))
    return ops.where(shown, values, ops.cast(0, values.dtype))
