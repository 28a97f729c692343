"""The bundle that is packaged or pushed: one that was exported before, or that of a run, exported for the purpose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import UsageError
from zoo.runtime.finding import find_bundle

if TYPE_CHECKING:
    from zoo.runtime import Bundle


def shared_bundle(name: str, out: Path, purpose: str, trust: bool, options: Mapping[str, object]) -> Bundle:
    """Find a bundle, or export a run as one.

    Args:
        name: a run's folder, a task's name for its latest run, or a bundle.
        out: where to export a run to.
        purpose: what takes the bundle, for messages.
        trust: run the code of a task file that came with the run.
        options: of the export of a run (see `zoo.export.ExportOptions`).

    Raises:
        UsageError: options of an export for a bundle, or a bundle of another format than ONNX.
        ZooError: the run cannot be exported.
    """
    from zoo.runtime import load

    found = find_bundle(name)
    if found is not None and options:
        raise UsageError(f"{name} is a bundle already; {', '.join(f'{key}=' for key in options)} is for a run")
    if found is None:
        from zoo.runs.loaded_run import load as load_run

        found = load_run(name, engine="tensorflow", trust=trust).export(out, **options).path
    bundle = load(found)
    if bundle.manifest.graph_format != "onnx":
        raise UsageError(f"{name} has the format {bundle.manifest.graph_format}; {purpose} needs format=onnx")
    return bundle
