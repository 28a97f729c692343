"""The parts of a model under plain names, for the file that answers with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from zoo.backend.types import Tensor
from zoo.codecs import ByteCodec, CharacterCodec, Codec, FrameCodec, LabelCodec, TextCodec, VectorCodec, WordCodec
from zoo.errors import ZooError
from zoo.layers import (
    GRU,
    LSTM,
    AdditiveAttention,
    Attending,
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    SimpleRNN,
    Stack,
)
from zoo.models import Classifier, Decoder, Encoder, SequenceToSequence, Tagger

if TYPE_CHECKING:
    from zoo.export.exported_run import ExportedRun

CELLS = {LSTM: "lstm", GRU: "gru", SimpleRNN: "rnn"}
INSTEAD = "use format=onnx"


@dataclass
class NumpyParts:
    """What a model is made of.

    Attributes:
        about: the content of `model.json`.
        weights: arrays by name.
    """

    about: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, **parts: Tensor) -> None:
        """Add weights of Keras, or arrays, as `NAME.PART`."""
        for part, weight in parts.items():
            if weight is not None:
                self.weights[f"{name}.{part}"] = keras.ops.convert_to_numpy(weight)

    def add_dense(self, name: str, layer: keras.layers.Dense) -> None:
        """Add a linear layer."""
        self.add(name, kernel=layer.kernel, bias=layer.bias)

    def add_stack(self, name: str, stack: Stack) -> None:
        """Add recurrent layers.

        Raises:
            ZooError: they are of a cell that the file does not have.
        """
        both = [isinstance(layer, keras.layers.Bidirectional) for layer in stack.layers]
        one = stack.layers[0].forward_layer if both[0] else stack.layers[0]
        cell = CELLS.get(type(one))
        if cell is None or any(connection.kind == "highway" for connection in stack.connections):
            what = "highway connections" if cell else f"cells of the kind {type(one).__name__}"
            raise ZooError(f"format=numpy has LSTM, GRU and simple RNN layers, not {what}; {INSTEAD}")
        self.about[name] = {
            "cell": cell,
            "layers": len(stack.layers),
            "bidirectional": both[0],
            "residual": stack.connection == "residual",
        }
        for number, layer in enumerate(stack.layers):
            pairs = [("", layer.forward_layer), (".backward", layer.backward_layer)] if both[number] else [("", layer)]
            for direction, found in pairs:
                _check_cell(found)
                weights = found.cell
                self.add(
                    f"{name}.{number}{direction}",
                    kernel=weights.kernel,
                    recurrent=weights.recurrent_kernel,
                    bias=weights.bias,
                )

    def add_encoder(self, encoder: Encoder) -> None:
        """Add what reads tokens."""
        self.add("encoder", embeddings=encoder.embeddings)
        self.add_stack("encoder", encoder.stack)

    def add_attending(self, attending: Attending) -> None:
        """Add a decoder's recurrent layers and attention.

        Raises:
            ZooError: the attention is one that the file does not have.
        """
        attention = attending.attention
        self.add_stack("decoder", attending.stack)
        self.about |= {
            "attend": attending.attend,
            "input_feeding": attending.input_feeding and attention is not None,
            "attention": "none" if attention is None else "dot",
        }
        if attention is None:
            return
        self.add("attending", kernel=attending.kernel)
        if type(attention) is AdditiveAttention and attention.bias is None:
            self.about["attention"] = "additive"
            self.add(
                "attention",
                query_kernel=attention.query_kernel,
                memory_kernel=attention.memory_kernel,
                score_kernel=attention.score_kernel,
            )
        elif type(attention) is ConcatAttention:  # additive, with one matrix in place of two
            self.about["attention"] = "additive"
            kernel = keras.ops.convert_to_numpy(attention.kernel)
            query, memory = kernel[: attention.query_size], kernel[attention.query_size :]
            self.add("attention", query_kernel=query, memory_kernel=memory, score_kernel=attention.score_kernel)
        elif type(attention) is GeneralAttention:
            self.add("attention", memory_kernel=attention.memory_kernel)
        elif not (type(attention) is DotAttention and attention.scale == 1):
            raise ZooError(
                "format=numpy has the attentions additive, concat, dot and general, not "
                f"{type(attention).__name__}; {INSTEAD}"
            )


def collect_parts(run: ExportedRun) -> NumpyParts:
    """Collect the parts of a run's model.

    Raises:
        ZooError: the model has a part that the file does not have; says what to do.
    """
    parts, model = NumpyParts(), run.model
    source, target = run.codecs.get("source"), run.codecs["target"]
    parts.about = {
        "task": run.name,
        "kind": "",
        "source": _text(source) if isinstance(source, TextCodec) else {"unit": "none"},
        "target": _text(target) if isinstance(target, TextCodec) else {"unit": "none"},
        "labels": list(target.labels) if isinstance(target, LabelCodec) else [],
        "longest": run.settings.batch.length,
        "length": run.settings.search.length,
    }
    if type(model) is Decoder:
        parts.about |= {"kind": "language model", "vocabulary": model.vocabulary, "end": -1, "never": _never(target)}
        parts.add("decoder", embeddings=None if model.embedding is None else model.embedding.embeddings)
        parts.add_stack("decoder", model.recurrent)
        parts.add("logits", kernel=None if model.logits is None else model.logits.kernel, bias=model.output_bias)
    elif type(model) is Classifier:
        parts.about |= {"kind": "classifier", "pooling": model.pooling.how}
        parts.add_encoder(model.encoder)
        if model.pooling.how == "attention":
            parts.add_dense("pooling.hidden", model.pooling.hidden)
            parts.add("pooling.score", kernel=model.pooling.trainable_variables[-1])
        parts.add_dense("logits", model.logits)
    elif type(model) is SequenceToSequence:
        decoder, size = model.decoder, target.size
        parts.about |= {
            "kind": "translator",
            "vocabulary": decoder.vocabulary.size,
            "summary": bool(decoder.summary_size),
        }
        parts.about |= {"begin": size, "end": size + 1, "never": [size, *_never(target)]}
        parts.add_encoder(model.encoder)
        parts.add_dense("bridge", decoder.bridge)
        parts.add_attending(decoder.attending)
        parts.add("decoder", embeddings=decoder.vocabulary.embeddings)
        parts.add("logits", kernel=decoder.vocabulary.kernel, bias=decoder.vocabulary.bias)
    elif type(model) is Tagger and model.images is None:
        parts.about |= {"kind": "tagger"}
        _add_scale(parts, source)
        parts.add_dense("features", model.features)
        if model.recurrent is not None:
            parts.add_stack("recurrent", model.recurrent)
        parts.add_dense("logits", model.logits)
    else:
        images = hasattr(model, "grid") or isinstance(model, Tagger)
        reason = "images go through convolutions" if images else f"{type(model).__name__} is another model"
        raise ZooError(f"format=numpy holds recurrent and dense layers and attention, and {reason}; {INSTEAD}")
    return parts


def _check_cell(layer: keras.layers.RNN) -> None:
    """Refuse a layer that does not compute what its class does by default."""
    usual = getattr(layer.cell, "reset_after", True) and layer.cell.use_bias
    names = {getattr(layer.cell, name, None) for name in ("activation", "recurrent_activation")}
    plain = {None, keras.activations.tanh, keras.activations.sigmoid}
    if type(layer) not in CELLS or not usual or not names <= plain:
        raise ZooError(f"format=numpy has recurrent layers with their usual activations and biases only; {INSTEAD}")


def _never(codec: Codec) -> list[int]:
    unknown = getattr(codec, "unknown_id", None)
    return [] if unknown is None else [int(unknown)]


def _text(codec: TextCodec) -> dict[str, Any]:
    about: dict[str, Any] = {"nfc": codec.normalization.nfc, "white_space": codec.normalization.white_space}
    if isinstance(codec, ByteCodec):
        return {"unit": "byte", **about}
    if isinstance(codec, CharacterCodec):
        return {"unit": "character", **about, "tokens": list(codec.characters)}
    if isinstance(codec, WordCodec):
        return {"unit": "word", **about, "lowercase": codec.lowercase, "tokens": list(codec.words)}
    raise ZooError(f"format=numpy reads characters, bytes and words, and pieces need sentencepiece; {INSTEAD}")


def _add_scale(parts: NumpyParts, codec: Codec | None) -> None:
    vectors = codec.inner if isinstance(codec, FrameCodec) else codec
    assert isinstance(vectors, VectorCodec), vectors  # as the frames of this model are vectors
    mean, deviation, change = vectors.moments
    parts.about["scale"] = {"by": vectors.scale, "changes": vectors.changes}
    parts.add("scale", mean=mean, deviation=deviation, change=change)
