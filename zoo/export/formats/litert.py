"""LiteRT graphs of fixed shapes: a row, and a source of a fixed length, for phones and small computers."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import tensorflow as tf

from zoo.backend.portable import portable
from zoo.backend.types import Function
from zoo.errors import ZooError, one_line
from zoo.export.formats import litert_readme
from zoo.export.formats.bundle_format import BundleFormat, WrittenGraphs
from zoo.export.formats.savedmodel import concrete_function, quietly
from zoo.export.graphs import RunGraphs
from zoo.runtime.bundle_inference import OpenGraph
from zoo.runtime.manifest import BundleManifest, GraphEntry, OutputNames
from zoo.runtime.session import ArrayNest, flat_names, nested_outputs

if TYPE_CHECKING:
    import keras
    from ai_edge_litert.interpreter import SignatureRunner
    from tensorflow.types.experimental import ConcreteFunction

    from zoo.export.exported_run import ExportedRun

FILE = "model.tflite"
LENGTH = 32
"""Positions of a source by default."""


class LiteRTFormat(BundleFormat):
    """A flatbuffer with a signature for each function; a language model has no `start`: its states begin at zero.

    Args:
        length: positions of a source; 0 for the default.
    """

    name: ClassVar[str] = "litert"

    def __init__(self, length: int = 0) -> None:
        self._length = length or LENGTH

    def write(self, run: ExportedRun, found: RunGraphs, folder: Path, precision: str) -> WrittenGraphs:
        """Convert the functions (see `BundleFormat.write`)."""
        _check_installed()
        length = self._length

        def fixed(given: str, shape: Sequence[int | None]) -> list[int]:
            return [1 if axis == 0 else length if size is None else size for axis, size in enumerate(shape)]

        entries: dict[str, GraphEntry] = {}
        signatures: dict[str, ConcreteFunction] = {}
        for name, traced in found.functions.items():
            nested: OutputNames = []
            if name != "start" or "encode" in found.functions:
                with portable():
                    signatures[name], nested = concrete_function(traced, shapes=fixed)
            entries[name] = GraphEntry(FILE, [given for given, _, _ in traced.inputs], nested)
        try:
            with quietly():
                content = _convert(run.model, signatures, precision)
        except Exception as error:  # the converter has errors of its own for each of its passes
            raise ZooError(f"the model cannot be converted to LiteRT: {_reason(error)}; use format=onnx") from error
        (folder / FILE).write_bytes(content)
        return WrittenGraphs(entries, found.alignment)

    def opener(self, folder: Path) -> OpenGraph:
        """Open them by ai-edge-litert."""
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(folder / FILE), num_threads=1)

        def opened(name: str, entry: GraphEntry) -> Function:
            if not entry.outputs:
                return _Graph(interpreter.get_signature_runner("step"), entry).zeros
            return _Graph(interpreter.get_signature_runner(name), entry)

        return opened

    def files(self, folder: Path, manifest: BundleManifest) -> None:
        """Write `tokens.json`, what the loop of the card needs of the codecs."""
        (folder / "tokens.json").write_text(
            json.dumps(litert_readme.tokens(folder, manifest), ensure_ascii=False) + "\n"
        )

    def use(self, folder: Path, manifest: BundleManifest) -> str:
        """By a loop of thirty lines."""
        return litert_readme.use(folder, manifest, self._length)


def _check_installed() -> None:
    try:
        import ai_edge_litert.interpreter
    except ImportError as error:
        raise ZooError("format=litert needs ai-edge-litert: pip install 'seqzoo[litert]'") from error
    assert ai_edge_litert.interpreter


def _convert(model: keras.Model, signatures: dict[str, ConcreteFunction], precision: str) -> bytes:
    """Convert functions, by way of a SavedModel, so that they keep their names and share their weights."""
    module = tf.Module()
    module.kept = [variable.value for variable in model.variables]
    with tempfile.TemporaryDirectory() as place:
        options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
        tf.saved_model.save(module, place, signatures, options)
        converter = tf.lite.TFLiteConverter.from_saved_model(place, signature_keys=list(signatures))
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        content: bytes = converter.convert()
    return content


def _reason(error: Exception) -> str:
    """Why the converter failed: the operations that it names, or the beginning of what it says."""
    unknown = re.search(r"TF Select ops: ([\w, ]+)", str(error))
    if unknown:
        return f"it has no counterpart of the operation {unknown[1].strip()} with these types and shapes"
    return one_line(str(error))[:200]


class _Graph:
    """A graph of one row as a function of batches: a row at a time, sources padded to the length of the graph."""

    def __init__(self, runner: SignatureRunner, entry: GraphEntry) -> None:
        self._entry, self._runner = entry, runner
        self._shapes = {name: (list(one["shape"]), one["dtype"]) for name, one in runner.get_input_details().items()}

    def zeros(self, rows: np.ndarray) -> list[np.ndarray]:
        """The states before the first token."""
        names = [name for name in self._shapes if name.startswith("state_")]
        names.sort(key=lambda name: int(name.removeprefix("state_")))
        return [np.zeros((int(rows), *self._shapes[name][0][1:]), self._shapes[name][1]) for name in names]

    def __call__(self, *arrays: np.ndarray) -> ArrayNest:
        """Compute; what is longer than the graph is refused."""
        rows = [self._row([array[row] for array in arrays]) for row in range(len(arrays[0]))]
        joined = {name: np.concatenate([row[name] for row in rows]) for name in flat_names(self._entry.outputs)}
        return nested_outputs(self._entry.outputs, joined)

    def _row(self, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
        given, mask = {}, dict(zip(self._entry.inputs, arrays, strict=True)).get("mask")
        for name, array in zip(self._entry.inputs, arrays, strict=True):
            if name not in self._shapes:  # it does not matter for the outputs
                continue
            shape, dtype = self._shapes[name]
            if mask is not None and array.shape[:1] == mask.shape:  # without what pads it to the others of its batch
                array = array[: mask.size - mask[::-1].argmax() if mask.any() else 0]
            if any(size > most for size, most in zip(array.shape, shape[1:], strict=True)):
                raise ZooError(
                    f"a source has {array.shape[0]} positions, more than the {shape[1]} of the graphs; export with "
                    f"length={array.shape[0]}, or more"
                )
            pads = [(0, most - size) for size, most in zip(array.shape, shape[1:], strict=True)]
            row = np.asarray(array, dtype)
            given[name] = (np.pad(row, pads) if pads else row)[None]
        found: dict[str, np.ndarray] = self._runner(**given)
        return found
