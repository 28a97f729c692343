"""A SavedModel with a signature for each function, as TensorFlow and TensorFlow Serving load it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import tensorflow as tf
from keras import tree

from zoo.backend.types import Function, Nest, Shape, Tensor
from zoo.export.formats.bundle_format import BundleFormat, WrittenGraphs
from zoo.export.graphs import RunGraphs, TracedFunction, output_names
from zoo.runtime.bundle_inference import OpenGraph
from zoo.runtime.manifest import BundleManifest, GraphEntry, OutputNames
from zoo.runtime.session import ArrayNest, flat_names, nested_outputs

if TYPE_CHECKING:
    import numpy as np
    from tensorflow.types.experimental import ConcreteFunction

    from zoo.export.exported_run import ExportedRun

PLACE = "model/1"
"""Of the SavedModel in a bundle: TensorFlow Serving wants a folder with a number for each version."""

USE = """`model/1` is a SavedModel; `model` is what TensorFlow Serving takes as `--model_base_path`.
Its signatures:

{signatures}

```python
import tensorflow as tf

model = tf.saved_model.load("{folder}/model/1")
print(model.signatures["{first}"](...))
```"""


class SavedModelFormat(BundleFormat):
    """One SavedModel; its signatures have the names of the functions, and `serving_default` is the first of them."""

    name: ClassVar[str] = "savedmodel"

    def write(self, run: ExportedRun, found: RunGraphs, folder: Path, precision: str) -> WrittenGraphs:
        """Trace the functions, and save them with the weights (see `BundleFormat.write`)."""
        module = tf.Module()
        module.kept = [variable.value for variable in run.model.variables]
        entries, signatures = {}, {}
        for name, traced in found.functions.items():
            signatures[name], nested = concrete_function(traced)
            entries[name] = GraphEntry(f"{PLACE}/saved_model.pb", [given for given, _, _ in traced.inputs], nested)
        signatures["serving_default"] = signatures[_first(list(entries))]
        options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
        with quietly():
            tf.saved_model.save(module, str(folder / PLACE), signatures, options)
        (folder / PLACE / "fingerprint.pb").unlink(missing_ok=True)  # holds the time, so that no two are equal
        return WrittenGraphs(entries, found.alignment)

    def opener(self, folder: Path) -> OpenGraph:
        """Open them by TensorFlow."""
        loaded = tf.saved_model.load(str(folder / PLACE))

        def opened(name: str, entry: GraphEntry) -> Function:
            function, names = loaded.signatures[name], flat_names(entry.outputs)

            def compute(*arrays: np.ndarray) -> ArrayNest:
                given = map(tf.convert_to_tensor, arrays)
                results = function(**dict(zip(entry.inputs, given, strict=True)))
                return nested_outputs(entry.outputs, {one: results[one].numpy() for one in names})

            return compute

        return opened

    def use(self, folder: Path, manifest: BundleManifest) -> str:
        """By TensorFlow."""
        lines = [
            f"- `{name}`: {', '.join(entry.inputs)} -> {', '.join(flat_names(entry.outputs))}"
            for name, entry in manifest.graphs.items()
        ]
        return USE.format(signatures="\n".join(lines), folder=folder.name, first=_first(list(manifest.graphs)))


def concrete_function(
    traced: TracedFunction, *, shapes: Callable[[str, Shape], Shape] | None = None
) -> tuple[ConcreteFunction, OutputNames]:
    """Trace a function whose inputs and outputs have names.

    Args:
        traced: the function.
        shapes: gives the shape of an input by its name and the shape that it was found with; None keeps that.

    Returns:
        The concrete function, and the names of its outputs in their nesting.
    """
    nests: list[OutputNames] = []

    def named(*given: Tensor) -> dict[str, Tensor]:
        structure = traced.function(*given)
        nests.append(output_names(structure))
        # An output that is an input as it came needs an operation of its own.
        flat = [tf.identity(tensor) for tensor in tree.flatten(_plain(structure))]
        return dict(zip(flat_names(nests[-1]), flat, strict=True))

    specs = [
        tf.TensorSpec(shape if shapes is None else shapes(name, shape), dtype, name)
        for name, shape, dtype in traced.inputs
    ]
    function = tf.function(named, autograph=False).get_concrete_function(*specs)
    return function, nests[-1]


def _plain(structure: Nest) -> Nest:
    """The same nesting in lists, in the order of `output_names`."""
    if isinstance(structure, dict):
        return [_plain(structure[key]) for key in sorted(structure)]
    if isinstance(structure, (list, tuple)):
        return [_plain(part) for part in structure]
    return structure


def _first(names: list[str]) -> str:
    """The function that most callers want."""
    return next((name for name in ("predict", "encode", "step") if name in names), names[0])


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep TensorFlow's notes on saving and converting off the screen."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
