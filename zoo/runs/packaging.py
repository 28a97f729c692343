"""Packages a run, or a bundle that was exported before, as a wheel that pip installs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from zoo.errors import UsageError, ZooError
from zoo.files import expanded, reason
from zoo.runs.shared_bundle import shared_bundle


def package(name: str, called: str, out: str = "", version: str = "", trust: bool = False, **options: object) -> Path:
    """Write the wheel of a model (see `zoo package`).

    Args:
        name: a run's folder, a task's name for its latest run, or a bundle.
        called: what the model is called in commands.
        out: the folder for the wheel; by default the current one.
        version: of the wheel; by default 1.0.
        trust: run the code of a task file that came with the run.
        **options: of the export of a run (see `zoo.export.ExportOptions`).

    Returns:
        The wheel.

    Raises:
        UsageError: a name or version that pip refuses, or options of an export for a bundle.
        ZooError: the run cannot be exported, or the wheel cannot be written.
    """
    from zoo.export.model_wheel import WheelName, write_wheel

    wheel, place = WheelName(called, version or "1.0"), expanded(out or ".")
    if place.exists() and not place.is_dir():
        raise UsageError(f"out={out} is a file; give a folder for the wheel")
    with tempfile.TemporaryDirectory(prefix="zoo-package-") as temporary:
        bundle = shared_bundle(name, Path(temporary) / called, "a wheel", trust, options)
        try:
            return write_wheel(bundle.folder, bundle.manifest, wheel, place)
        except OSError as error:
            raise ZooError(f"out={place}: cannot write the wheel: {reason(error)}") from error
