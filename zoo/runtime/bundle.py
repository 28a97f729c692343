"""A bundle: what an export wrote, ready to answer without TensorFlow."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.errors import ZooError
from zoo.files import expanded, file_errors, open_file, reason
from zoo.runtime.bundle_inference import BundleInference, OpenGraph
from zoo.runtime.bundle_inputs import read_frames, read_input, read_inputs
from zoo.runtime.installed_models import find_model
from zoo.runtime.manifest import BundleManifest, read_bundle_manifest
from zoo.runtime.predictor import Predictor

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.data import Input
    from zoo.settings import Settings
    from zoo.topology import Topology

CODECS = "codecs"
"""The folder of a bundle with the files of its codecs."""
LARGEST = 1 << 32
"""Bytes of an unpacked bundle."""


class Bundle(Predictor):
    """Answers raw inputs with the graphs of a bundle; made by `load`.

    Attributes:
        folder: where it lies.
        manifest: what it is.

    Raises:
        ZooError: it is of a plugin whose code it does not hold, or of a format that answers by itself.
    """

    def __init__(
        self, folder: Path, manifest: BundleManifest, keep: object = None, open_graph: OpenGraph | None = None
    ) -> None:
        if manifest.graph_format != "onnx" and open_graph is None:
            raise ZooError(
                f"{folder} has the format {manifest.graph_format}: its README.md shows how it answers; the zoo answers "
                "with format=onnx"
            )
        super().__init__(manifest.task, _topology(manifest), _settings(manifest), _codecs(manifest, folder / CODECS))
        self.folder, self.manifest = folder, manifest
        self._keep = keep  # a folder that is removed with this object
        self._inference = BundleInference(folder, manifest, self.codecs, open_graph=open_graph)

    def __repr__(self) -> str:
        return f"<Bundle of {self.name} in {self.folder}>"

    @property
    def inference(self) -> BundleInference:
        """The graphs, ready to answer."""
        return self._inference

    def read_input(self, text: str) -> Any:
        """Convert an argument of the command line to a raw input (see `Task.read_input`)."""
        return read_input(text, self.codecs.get("source"))

    def read_inputs(self, source: str | Path) -> Iterator[Input]:
        """Read the inputs of a file or folder."""
        return read_inputs(str(source), self.codecs.get("source"))

    def read_frames(self, lines: Iterable[str]) -> Iterator[Any]:
        """Convert the lines of a stream to raw frames."""
        return read_frames(lines)


def load(path: str | Path) -> Bundle:
    """Load a bundle.

    Args:
        path: its folder, its `.zoo` file, or the name of a model that pip has installed.

    Returns:
        The bundle: `predict`, `answer`, `sample`, `stream`, `score`, `align` and `stream_answers` answer as those of
        the `zoo.Run` that it was exported from.

    Raises:
        ZooError: it is no bundle, damaged, or of a plugin whose code it does not hold.
    """
    place = _place(path)
    if place.is_file():
        keep = tempfile.TemporaryDirectory(prefix="zoo-bundle-")
        folder = Path(keep.name)
        _unpack(place, folder)
        return Bundle(folder, read_bundle_manifest(folder), keep)
    return Bundle(place, read_bundle_manifest(place))


def _place(path: str | Path) -> Path:
    place = expanded(path)
    if not place.exists() and (model := find_model(str(path))):
        return model.folder
    return place


def _unpack(path: Path, folder: Path) -> None:
    try:
        with open_file(path) as stream, zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise ZooError(f"{path}: damaged: it unpacks to more than {LARGEST >> 30} GB")
            for entry in entries:
                if Path(entry.filename).is_absolute() or ".." in Path(entry.filename).parts:
                    raise ZooError(f"{path}: damaged: {entry.filename} is not inside it")
                archive.extract(entry, folder)
    except ZooError:
        raise
    except Exception as error:  # of a damaged archive zipfile and its decoders raise whatever they meet
        raise ZooError(f"{path}: not a bundle: {reason(error)}") from error


def _topology(manifest: BundleManifest) -> Topology:
    import zoo.topology

    known = getattr(zoo.topology, manifest.topology, None) if manifest.topology else None
    if not isinstance(known, type) or not issubclass(known, zoo.topology.Topology):
        raise ZooError(
            f"this bundle needs the code of the task {manifest.task}, which a bundle does not hold; install its plugin "
            "and use the run"
        )
    return known()


def _settings(manifest: BundleManifest) -> Settings:
    from zoo.settings import BatchSettings, SearchSettings, Settings

    given: Mapping[str, Any] = manifest.settings
    try:
        return Settings(
            seed=given["seed"], batch=BatchSettings(**given["batch"]), search=SearchSettings(**given["search"])
        )
    except Exception as error:
        raise ZooError("the bundle's settings are damaged, or were written by another version of the zoo") from error


def _codecs(manifest: BundleManifest, folder: Path) -> dict[str, Codec]:
    found = {}
    for role, name in manifest.codecs.items():
        codec = make_codec(name)
        if codec is None:
            raise ZooError(
                f"this bundle needs the codec '{role}' of the task {manifest.task}, which a bundle does not hold; "
                "install its plugin and use the run"
            )
        with file_errors(folder / f"{role}.json", "damaged"):
            codec.restore(folder, role)
        found[role] = codec
    return found


CODEC_NAMES = (
    "ByteCodec",
    "CharacterCodec",
    "ClipCodec",
    "FrameCodec",
    "ImageCodec",
    "LabelCodec",
    "LabelsCodec",
    "NumberCodec",
    "PieceCodec",
    "VectorCodec",
    "WordCodec",
)


def make_codec(name: str) -> Codec | None:
    """Make an unfitted codec of the zoo by the name of its class; None for any other."""
    from zoo import codecs

    if name not in CODEC_NAMES:
        return None
    made: Codec = codecs.FrameCodec(codecs.ClipCodec()) if name == "FrameCodec" else getattr(codecs, name)()
    return made
