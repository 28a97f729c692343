"""Writes the bundle of a run: its graphs, its codecs, its settings of the search."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError
from zoo.export.graphs import RunGraphs, find_graphs, output_names
from zoo.export.tracing import to_onnx
from zoo.runtime.bundle import CODEC_NAMES, CODECS
from zoo.runtime.manifest import BundleManifest, GraphEntry, write_bundle_manifest
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    from zoo.codecs.codec import RawValue
    from zoo.export.exported_run import ExportedRun

PACKAGES = ("seqzoo", "tensorflow", "keras", "onnx", "onnxruntime", "numpy")


def write_bundle(run: ExportedRun, inputs: Sequence[RawValue], folder: Path) -> BundleManifest:
    """Write a bundle of ONNX graphs.

    Args:
        run: what is exported.
        inputs: some raw inputs, such as those of the validation split.
        folder: to write to; it exists and is empty.

    Returns:
        What the bundle's manifest says, checksums excepted.

    Raises:
        ZooError: a function of the model has no counterpart in ONNX.
    """
    inference = Inference(run.model, run.codecs, lambda function: function, strategies=run.strategies)
    found = find_graphs(run.topology, inference, inputs, run.settings)
    entries = write_graphs(found, folder)
    for role, codec in run.codecs.items():
        codec.save(folder / CODECS, role)
    kinds = {role: type(codec).__name__ for role, codec in run.codecs.items()}
    manifest = BundleManifest(
        task=run.name,
        topology=_public_name(run.topology),
        model=run.model.name,
        codecs={role: name if name in CODEC_NAMES else "" for role, name in kinds.items()},
        settings={
            "seed": run.settings.seed,
            "batch": dataclasses.asdict(run.settings.batch),
            "search": dataclasses.asdict(run.settings.search),
        },
        graphs=entries,
        alignment=found.alignment,
        grid=found.grid,
        versions=_versions(),
    )
    write_bundle_manifest(folder, manifest)
    return manifest


def write_graphs(found: RunGraphs, folder: Path) -> dict[str, GraphEntry]:
    """Convert functions to ONNX, each in a file of its own."""
    entries = {}
    (folder / "graphs").mkdir(parents=True, exist_ok=True)
    for name, traced in found.functions.items():
        nested: list[Any] = []

        def names(structure: object, nested: list[Any] = nested) -> Sequence[str]:
            nested.append(output_names(structure))
            return [f"output_{place}" for place in range(_count(nested[0]))]

        try:
            model, _ = to_onnx(traced.function, traced.inputs, names)
        except ZooError as error:
            raise ZooError(f"the graph '{name}' cannot be exported: {error}; use the run itself") from error
        file = f"graphs/{name}.onnx"
        (folder / file).write_bytes(model.SerializeToString())
        entries[name] = GraphEntry(file, [given for given, _, _ in traced.inputs], nested[0])
    return entries


def _count(nested: object) -> int:
    if isinstance(nested, str):
        return 1
    parts = nested.values() if isinstance(nested, dict) else nested
    return sum(map(_count, parts))  # type: ignore[call-overload]


def _public_name(topology: object) -> str:
    """The name of a topology of the zoo; empty for one of a plugin."""
    import zoo.topology

    name = type(topology).__name__
    return name if getattr(zoo.topology, name, None) is type(topology) else ""


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
