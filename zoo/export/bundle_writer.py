"""Writes the bundle of a run: its graphs, its codecs, its settings of the search."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.export.formats.bundle_format import BundleFormat
from zoo.export.formats.onnx_graphs import OnnxFormat, write_graphs
from zoo.export.graphs import find_graphs
from zoo.runtime.bundle import CODEC_NAMES, CODECS
from zoo.runtime.bundle_settings import BundleTextSettings
from zoo.runtime.manifest import BundleManifest, write_bundle_manifest
from zoo.runtime.plugin_task import SETTINGS
from zoo.settings import BatchSettings, SearchSettings, to_yaml
from zoo.topology.inference import Inference

if TYPE_CHECKING:
    from zoo.codecs.codec import RawValue
    from zoo.data.batching.batches import Batch
    from zoo.export.exported_run import ExportedRun

PACKAGES = ("seqzoo", "tensorflow", "keras", "onnx", "onnxruntime", "numpy")


def write_bundle(
    run: ExportedRun,
    inputs: Sequence[RawValue],
    folder: Path,
    form: BundleFormat | None = None,
    precision: str = "float32",
) -> BundleManifest:
    """Write a bundle.

    Args:
        run: what is exported.
        inputs: some raw inputs, such as those of the validation split.
        folder: to write to; it exists and is empty.
        form: the format of the graphs; by default ONNX.
        precision: of the weights.

    Returns:
        What the bundle's manifest says, checksums excepted.

    Raises:
        ZooError: the format cannot hold a function of the model.
    """
    inference = Inference(run.model, run.codecs, lambda function: function, strategies=run.strategies)
    found = find_graphs(run.topology, inference, inputs, run.settings)
    form = form or OnnxFormat()
    written = form.write(run, found, folder, precision)
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
            "batch": _declared(run.settings.batch, BatchSettings),
            "search": _declared(run.settings.search, SearchSettings),
            "text": _declared(getattr(run.settings, "text", None), BundleTextSettings),
        },
        graphs=written.entries,
        alignment=written.alignment,
        precision=precision,
        graph_format=form.name,
        grid=found.grid,
        versions=_versions(),
    )
    if not manifest.topology or not all(manifest.codecs.values()):
        (folder / SETTINGS).write_text(to_yaml(run.settings), encoding="utf-8")
    form.files(folder, manifest)
    write_bundle_manifest(folder, manifest)
    return manifest


def write_evaluation(run: ExportedRun, batch: Batch, folder: Path) -> None:
    """Write the graphs of an evaluation (see `find_evaluation`).

    Args:
        run: what is evaluated.
        batch: one of those evaluated.
        folder: to write to; it exists and is empty.

    Raises:
        ZooError: a function of the topology has no counterpart in ONNX.
    """
    from zoo.export.evaluation_graph import find_evaluation

    found = find_evaluation(run.topology, run.model, batch)
    entries = write_graphs(found, folder)
    outputs = entries["evaluate"].outputs
    assert isinstance(outputs, dict) and isinstance(outputs["sums"], dict)
    outputs["sums"] = {name: outputs["sums"][name] for name in found.sums}
    manifest = BundleManifest(run.name, _public_name(run.topology), run.model.name, {}, {}, entries)
    write_bundle_manifest(folder, manifest)


def _declared(settings: object, kind: type) -> dict[str, object]:
    """The settings that every task has; what a plugin adds to them means nothing without its code."""
    names = [entry.name for entry in dataclasses.fields(kind)]
    return {name: getattr(settings, name) for name in names if hasattr(settings, name)}


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
