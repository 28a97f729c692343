"""Export of models that know the shapes of their inputs."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import keras
from keras import tree

from zoo.backend.types import Nest, Tensor

if TYPE_CHECKING:
    import tensorflow as tf

_exported: ContextVar[Exportable | None] = ContextVar("exported", default=None)

TOKENS = keras.InputSpec(shape=(None, None), dtype="int32")
"""Tokens int32 [B, T], of any length."""


class Exportable:
    """Mixin before `keras.Model`: declares the inputs of `call`, because Keras would guess float32 with the last
    shapes.

    So `model.export(path)`, `tf.saved_model.save(model, path)` and the converters need no example, and what they write
    takes batches and lengths of any size. Its outputs are flat, as the format wants them (see `flat_outputs`).
    """

    def __call__(self, *args: Nest, **kwargs: Nest) -> Nest:
        """Call the model; see `call`."""
        outputs = super().__call__(*args, **kwargs)  # type: ignore[misc]
        return flat_outputs(outputs) if _exported.get() is self else outputs

    def input_signature(self) -> list[keras.InputSpec]:
        """Return what `call` reads, one entry a positional argument."""
        return [TOKENS]

    def export(
        self,
        filepath: str | Path,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Nest = None,
        **kwargs: object,
    ) -> None:
        """Export the model (see `keras.Model.export`).

        Args:
            filepath: the folder or file to write.
            format: `tf_saved_model`, `litert`, `onnx`, ...
            verbose: whether Keras prints what it wrote.
            input_signature: what `call` reads, one entry a positional argument; None for any batch and length.
            **kwargs: what the format takes.
        """
        signature = self.input_signature() if input_signature is None else input_signature
        token = _exported.set(self)
        try:
            super().export(  # type: ignore[misc]
                filepath, format=format, verbose=verbose, input_signature=signature, **kwargs
            )
        finally:
            _exported.reset(token)

    @property
    def _default_save_signature(self) -> tf.types.experimental.PolymorphicFunction:
        """The function that `tf.saved_model.save` writes; Keras asks for it by this name, on TensorFlow only."""
        import tensorflow as tf

        specs = [tf.TensorSpec(spec.shape, spec.dtype) for spec in self.input_signature()]

        @tf.function(input_signature=specs, autograph=False)
        def serving_default(*inputs: Tensor) -> Nest:
            return flat_outputs(self(*inputs))

        return serving_default


def flat_outputs(outputs: Nest) -> Tensor | tuple[Tensor, ...] | dict[str, Tensor]:
    """Flatten what a model returns, for formats that know no nested outputs.

    Args:
        outputs: a tensor, or tensors in any nesting.

    Returns:
        A tensor as it is; a dict of tensors for a dict, with names such as `states_recurrent_0_1` for what lay deeper;
        else a tuple of tensors. The order is that of `keras.tree.flatten`.
    """
    if isinstance(outputs, dict):
        return {"_".join(map(str, path)): value for path, value in tree.flatten_with_path(outputs)}
    return tuple(tree.flatten(outputs)) if isinstance(outputs, (list, tuple)) else outputs
