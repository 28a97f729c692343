"""`bundle.json`: what a bundle is, and the checksum of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from zoo.errors import ZooError
from zoo.files import file_errors, open_file, read_text, reason, write_atomic

MANIFEST = "bundle.json"
CARD = "README.md"
"""The model card."""
FORMAT = 1
OutputNames: TypeAlias = "str | Sequence[OutputNames] | Mapping[str, OutputNames]"
"""The names of the outputs of a function, nested as it returns them."""
DEEPEST = 8
"""Levels of lists and mappings in the outputs of a graph."""


@dataclass(frozen=True)
class Choices:
    """How a graph gives the likeliest tokens of each row in place of all logits.

    Attributes:
        count: name of the input, int64 `[1]`: how many; 0 for none.
        scores: name of the output with their log-probabilities, in descending order.
        tokens: name of the output with their ids.
        most: the largest count.
        vocabulary: how many tokens there are.
    """

    count: str
    scores: str
    tokens: str
    most: int
    vocabulary: int


@dataclass(frozen=True)
class GraphEntry:
    """A graph of a bundle.

    Attributes:
        file: its path in the bundle.
        inputs: names, in the order of the function's arguments.
        outputs: names, nested as the function returns them.
        choices: how it gives the likeliest tokens; None where it does not.
    """

    file: str
    inputs: list[str]
    outputs: OutputNames
    choices: Choices | None = None

    @property
    def parts(self) -> tuple[list[str], OutputNames, Choices | None]:
        """What a `Graph` needs besides its file."""
        return self.inputs, self.outputs, self.choices


@dataclass(frozen=True)
class BundleManifest:
    """What `bundle.json` says.

    Attributes:
        task: name of the task.
        topology: name of the class in `zoo.topology`; empty for one of a plugin.
        model: name of the model, for messages.
        codecs: role -> name of the class in `zoo.codecs`; empty for one of a plugin.
        settings: `seed`, `batch`, `search` and `text` (what a document is), as the run has them.
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
    if wrong := _misfit(found):
        raise ZooError(f"{path} is damaged: '{wrong}' is not what an export writes")
    known = {entry.name for entry in fields(BundleManifest)}
    graphs = {name: _entry(entry) for name, entry in found["graphs"].items()}
    manifest = BundleManifest(**{name: value for name, value in found.items() if name in known} | {"graphs": graphs})
    if verify:
        for name, wanted in manifest.files.items():
            if name != CARD:  # which its owner may edit
                _verify(folder, name, wanted)
        if missing := sorted({entry.file for entry in graphs.values()} - manifest.files.keys()):
            raise ZooError(f"{path} is damaged: it has no checksum of {missing[0]}")
    return manifest


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _are_graphs(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(one, dict)
        and one.keys() - {"choices"} == {"file", "inputs", "outputs"}
        and isinstance(one["file"], str)
        and isinstance(one["inputs"], list)
        and all(isinstance(name, str) for name in one["inputs"])
        and _is_nest(one["outputs"])
        and (one.get("choices") is None or _are_choices(one["choices"]))
        for one in value.values()
    )


def _are_choices(value: object) -> bool:
    names, numbers = ("count", "scores", "tokens"), ("most", "vocabulary")
    return (
        isinstance(value, dict)
        and value.keys() == {*names, *numbers}
        and all(isinstance(value[name], str) for name in names)
        and all(_is_count(value[name]) for name in numbers)
    )


def _is_nest(value: object, depth: int = 0) -> bool:
    """Whether a value is a text, or lists and mappings of texts."""
    if isinstance(value, str) or depth == DEEPEST:
        return isinstance(value, str)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [None]
    return all(_is_nest(part, depth + 1) for part in parts)


def _is_grid(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(_is_count(size) and size for size in value)


ENTRIES: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("task", "topology", "model"), _is_text),
    "codecs": _are_texts,
    "settings": lambda value: isinstance(value, dict),
    "graphs": _are_graphs,
}
OPTIONAL: dict[str, Callable[[object], bool]] = {
    "alignment": lambda value: value is None or _is_count(value),
    "grid": lambda value: value is None or _is_grid(value),
    **dict.fromkeys(("precision", "license", "graph_format"), _is_text),
    **dict.fromkeys(("metrics", "versions"), lambda value: isinstance(value, dict)),
    "files": _are_texts,
}
"""What each entry of `bundle.json` has to be; the optional ones have defaults."""


def _misfit(found: Mapping[str, object]) -> str:
    """The name of the first entry that is missing or of another kind; empty where all are as they should be."""
    wrong = [name for name, fits in ENTRIES.items() if name not in found or not fits(found[name])]
    wrong += [name for name, fits in OPTIONAL.items() if name in found and not fits(found[name])]
    return wrong[0] if wrong else ""


def _entry(found: dict[str, Any]) -> GraphEntry:
    choices = found.get("choices")
    return GraphEntry(**{**found, "choices": Choices(**choices) if choices else None})


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with open_file(path) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _verify(folder: Path, name: str, wanted: str) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or Path(name).is_absolute():
        raise ZooError(f"{folder} is damaged: {name} is not inside it")
    path = folder / name
    with file_errors(path):
        found = checksum(path)
    if found != wanted:
        raise ZooError(f"{path}: damaged or changed: its checksum does not match; fetch or export the bundle again")
