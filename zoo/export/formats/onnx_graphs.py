"""ONNX graphs, which `zoo.runtime` and every ONNX runtime compute."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from zoo.errors import ZooError
from zoo.export.choices import add_choices
from zoo.export.formats.bundle_format import BundleFormat, WrittenGraphs
from zoo.export.graphs import RunGraphs, output_names
from zoo.export.quantization import quantize
from zoo.export.tracing import to_onnx
from zoo.runtime.bundle_inference import OpenGraph
from zoo.runtime.manifest import BundleManifest, GraphEntry, OutputNames
from zoo.runtime.session import Graph, flat_names

if TYPE_CHECKING:
    from zoo.export.exported_run import ExportedRun

USE = """```python
import zoo.runtime

model = zoo.runtime.load("{folder}")
print(model.{call})
```"""


class OnnxFormat(BundleFormat):
    """A graph for each function, in a file of its own."""

    name: ClassVar[str] = "onnx"

    def write(self, run: ExportedRun, found: RunGraphs, folder: Path, precision: str) -> WrittenGraphs:
        """Convert the functions (see `BundleFormat.write`)."""
        entries = write_graphs(found, folder, precision)
        return WrittenGraphs(entries, found.alignment)

    def opener(self, folder: Path) -> OpenGraph:
        """Open them by ONNX Runtime."""
        return lambda name, entry: Graph(folder / entry.file, *entry.parts)

    def use(self, folder: Path, manifest: BundleManifest) -> str:
        """By `zoo.runtime`."""
        call = 'sample("", length=200)' if manifest.topology == "LanguageModel" else "predict([...])"
        return USE.format(folder=folder.name, call=call)


def write_graphs(found: RunGraphs, folder: Path, precision: str = "float32") -> dict[str, GraphEntry]:
    """Convert functions to ONNX, each in a file of its own.

    Args:
        found: the functions.
        folder: of the bundle.
        precision: of the weights.

    Raises:
        ZooError: a function has no counterpart in ONNX.
    """
    entries = {}
    (folder / "graphs").mkdir(parents=True, exist_ok=True)
    for name, traced in found.functions.items():
        nested: list[OutputNames] = []

        def names(structure: object, nested: list[OutputNames] = nested) -> Sequence[str]:
            nested.append(output_names(structure))
            return [f"output_{place}" for place, _ in enumerate(flat_names(nested[0]))]

        try:
            model, _ = to_onnx(traced.function, traced.inputs, names)
        except ZooError as error:
            raise ZooError(f"the graph '{name}' cannot be exported: {error}; use the run itself") from error
        file = f"graphs/{name}.onnx"
        choices = add_choices(model, flat_names(nested[0])[0]) if name == "step" and found.writes else None
        (folder / file).write_bytes(model.SerializeToString())
        quantize(folder / file, precision)
        entries[name] = GraphEntry(file, [given for given, _, _ in traced.inputs], nested[0], choices)
    return entries
