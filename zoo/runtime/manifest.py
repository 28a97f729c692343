"""`bundle.json`: what a bundle is, and the checksum of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.files import read_text, reason, write_atomic

MANIFEST = "bundle.json"
FORMAT = 1


@dataclass(frozen=True)
class GraphEntry:
    """A graph of a bundle.

    Attributes:
        file: its path in the bundle.
        inputs: names, in the order of the function's arguments.
        outputs: names, nested as the function returns them.
    """

    file: str
    inputs: list[str]
    outputs: Any


@dataclass(frozen=True)
class BundleManifest:
    """What `bundle.json` says.

    Attributes:
        task: name of the task.
        topology: name of the class in `zoo.topology`; empty for one of a plugin.
        model: name of the model, for messages.
        codecs: role -> name of the class in `zoo.codecs`; empty for one of a plugin.
        settings: `seed`, `batch` and `search`, as the run has them.
        graphs: by name.
        alignment: place of the alignment in the state of a step; None for a model that does not attend.
        grid: height and width of the grid that a model looks at; None where it looks at none.
        precision: of the graphs: `float32`, `int8` or `float16`.
        metrics: what the run and the bundle scored, for people.
        versions: package -> version that the bundle was made with.
        graph_format: of the graphs: `onnx`, `savedmodel`, `litert` or `numpy`.
        license: of the model, as an SPDX name; empty where the author said none.
        files: path -> SHA-256 of every other file.
        format: of the bundle.
    """

    task: str
    topology: str
    model: str
    codecs: Mapping[str, str]
    settings: Mapping[str, Any]
    graphs: Mapping[str, GraphEntry]
    alignment: int | None = None
    grid: list[int] | None = None
    precision: str = "float32"
    metrics: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    graph_format: str = "onnx"
    license: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write_bundle_manifest(folder: Path, manifest: BundleManifest) -> None:
    """Write `bundle.json` with the checksums of all other files of the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    files = {path.relative_to(folder).as_posix(): checksum(path) for path in paths}
    content = json.dumps({**asdict(manifest), "files": files}, indent=1, ensure_ascii=False)
    write_atomic(folder / MANIFEST, content + "\n")


def read_bundle_manifest(folder: Path, verify: bool = True) -> BundleManifest:
    """Read `bundle.json`, and compare the files with their checksums.

    Args:
        folder: of the bundle.
        verify: whether to compare the files.

    Raises:
        ZooError: it is no bundle, was written by a newer version, or a file is missing, damaged or not of it.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(read_text(path))
    except FileNotFoundError as error:
        raise ZooError(f"{folder} is not a bundle: it has no {MANIFEST}") from error
    except ZooError:
        raise
    except Exception as error:  # whatever json makes of it
        raise ZooError(f"{path} is damaged: {reason(error)}") from error
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise ZooError(f"{path} is damaged: it has no format")
    if found["format"] > FORMAT:
        raise ZooError(f"{folder} was written by a newer version of the zoo; install that version")
    known = {entry.name for entry in fields(BundleManifest)}
    try:
        graphs = {name: GraphEntry(**entry) for name, entry in found["graphs"].items()}
        manifest = BundleManifest(
            **{name: value for name, value in found.items() if name in known} | {"graphs": graphs}
        )
        files = dict(manifest.files)
        named = {entry.file for entry in graphs.values()}
    except Exception as error:
        raise ZooError(f"{path} is damaged: it is not what an export writes") from error
    if verify:
        for name, wanted in files.items():
            _verify(folder, name, wanted)
        if missing := sorted(named - files.keys()):
            raise ZooError(f"{path} is damaged: it has no checksum of {missing[0]}")
    return manifest


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _verify(folder: Path, name: str, wanted: str) -> None:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ZooError(f"{folder} is damaged: {name} is not inside it")
    try:
        found = checksum(path)
    except OSError as error:
        raise ZooError(f"{path}: cannot be read: {error.strerror or error}") from error
    if found != wanted:
        raise ZooError(f"{path}: damaged or changed: its checksum does not match; export the run again")
