"""A bundle: what an export wrote, ready to answer without TensorFlow."""

from __future__ import annotations

import tempfile
import weakref
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import ZooError
from zoo.files import expanded, file_errors, open_file, reason
from zoo.runtime.bundle_inference import BundleInference, OpenGraph
from zoo.runtime.bundle_inputs import read_frames, read_input, read_inputs
from zoo.runtime.installed_models import find_model
from zoo.runtime.manifest import MANIFEST, BundleManifest, read_bundle_manifest
from zoo.runtime.plugin_task import plugin_task
from zoo.runtime.predictor import Predictor

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Input
    from zoo.search import Score
    from zoo.settings import Settings
    from zoo.topology import Alignment, Answer, Topology

CODECS = "codecs"
"""The folder of a bundle with the files of its codecs."""
LARGEST = 1 << 32
"""Bytes of an unpacked bundle."""
MOST = 1000
"""Files of a bundle."""


class Bundle(Predictor):
    """Answers raw inputs with the graphs of a bundle; made by `load`.

    Attributes:
        folder: where its files lie.
        manifest: what it is.
        path: where it was loaded from, a folder or a `.zoo` file.

    Raises:
        ZooError: it is of a plugin that is not installed, or of a format that answers by itself.
    """

    def __init__(
        self, folder: Path, manifest: BundleManifest, path: Path | None = None, open_graph: OpenGraph | None = None
    ) -> None:
        if manifest.graph_format != "onnx" and open_graph is None:
            raise ZooError(
                f"{path or folder} has the format {manifest.graph_format}: its README.md shows how it answers; the zoo "
                "answers with format=onnx"
            )
        self.path = path or folder
        topology, settings = _topology(manifest), _settings(manifest)
        codecs = {role: make_codec(name) for role, name in manifest.codecs.items()}
        if topology is None or not all(codecs.values()):
            task = plugin_task(folder, manifest)
            topology, settings, codecs = task.topology, task.settings, task.codecs()
        super().__init__(manifest.task, topology, settings, _restored(manifest, codecs, folder / CODECS))
        if missing := _roles(self.topology) - codecs.keys():
            raise ZooError(f"{self.path} is damaged: it has no codec '{min(missing)}'")
        self.folder, self.manifest = folder, manifest
        self._inference = BundleInference(folder, manifest, self.codecs, open_graph=open_graph)

    def __repr__(self) -> str:
        return f"<Bundle of {self.name} in {self.path}>"

    @property
    def inference(self) -> BundleInference:
        """The graphs, ready to answer."""
        return self._inference

    def read_input(self, text: str) -> RawValue:
        """Convert an argument of the command line to a raw input (see `Task.read_input`)."""
        return read_input(text, self.codecs.get("source"))

    def read_inputs(self, source: str | Path) -> Iterator[Input]:
        """Read the inputs of a file or folder."""
        return read_inputs(str(source), self.codecs.get("source"))

    def read_frames(self, lines: Iterable[str]) -> Iterator[RawValue]:
        """Convert the lines of a stream to raw frames."""
        return read_frames(lines)

    # Right checksums may stand around content that does not fit together: nothing else is known to be right.

    def answer(self, inputs: Sequence[object], **search: object) -> list[Answer]:
        """Answer raw inputs (see `Predictor.answer`)."""
        with self._named_errors():
            return super().answer(inputs, **search)

    def predict(self, inputs: Sequence[RawValue], **search: object) -> list[RawValue]:
        """Answer raw inputs with raw outputs (see `Predictor.predict`)."""
        with self._named_errors():
            return super().predict(inputs, **search)

    def stream_answers(self, frames: Iterable[object]) -> Iterator[Answer]:
        """Label frames as they arrive (see `Predictor.stream_answers`)."""
        with self._named_errors():
            answers = super().stream_answers(frames)
        return self._named(answers)

    def align(self, inputs: Sequence[object], texts: Sequence[str]) -> list[Alignment]:
        """Return where the model attends (see `Predictor.align`)."""
        with self._named_errors():
            return super().align(inputs, texts)

    def stream(
        self, prime: object = "", *, seed: int = 0, count: int = 1, **search: object
    ) -> Iterator[tuple[int, str]]:
        """Generate text piece by piece (see `Predictor.stream`)."""
        with self._named_errors():
            yield from super().stream(prime, seed=seed, count=count, **search)

    def score(self, texts: Sequence[str], inputs: Sequence[object] | None = None) -> list[Score]:
        """Compute the log-probabilities of texts (see `Predictor.score`)."""
        with self._named_errors():
            return super().score(texts, inputs)

    def _named(self, answers: Iterator[Answer]) -> Iterator[Answer]:
        with self._named_errors():
            yield from answers

    def _named_errors(self) -> AbstractContextManager[None]:
        return file_errors(self.path, "cannot answer")


def load(path: str | Path) -> Bundle:
    """Load a bundle.

    Args:
        path: its folder, its `.zoo` file, or the name of a model that pip has installed.

    Returns:
        The bundle: `predict`, `answer`, `sample`, `stream`, `score`, `align` and `stream_answers` answer as those of
        the `zoo.Run` that it was exported from.

    Raises:
        ZooError: it is no bundle, damaged, or of a plugin that is not installed.
    """
    place = _place(path)
    with file_errors(place):
        is_packed = place.exists() and not place.is_dir()
    if not is_packed:
        return Bundle(place, read_bundle_manifest(place))
    unpacked = tempfile.TemporaryDirectory(prefix="zoo-bundle-", ignore_cleanup_errors=True)
    folder = Path(unpacked.name)
    try:
        _unpack(place, folder)
        bundle = Bundle(folder, read_bundle_manifest(folder), place)
    except ZooError as error:
        unpacked.cleanup()
        raise ZooError(str(error).replace(str(folder), str(place))) from error
    except BaseException:
        unpacked.cleanup()
        raise
    weakref.finalize(bundle, unpacked.cleanup)
    return bundle


def _place(path: str | Path) -> Path:
    place = expanded(path)
    with file_errors(place):
        is_there = place.exists()
    if not is_there and (model := find_model(str(path))):
        return model.folder
    return place


def _unpack(path: Path, folder: Path) -> None:
    try:
        with open_file(path) as stream, zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if len(entries) > MOST:
                raise ZooError(f"{path}: not a bundle: it holds {len(entries):,} files")
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


def _topology(manifest: BundleManifest) -> Topology | None:
    """The topology of a bundle; None for one of a plugin."""
    import zoo.topology

    known = getattr(zoo.topology, manifest.topology, None) if manifest.topology else None
    if isinstance(known, type) and issubclass(known, zoo.topology.Topology) and known.name:
        return known()
    return None


def _roles(topology: Topology) -> set[str]:
    """The codecs without which a topology cannot answer."""
    return {"target"} if topology.name == "language model" else {"source", "target"}


def _settings(manifest: BundleManifest) -> Settings:
    from zoo.runtime.bundle_settings import BundleSettings
    from zoo.settings.overrides import from_mapping
    from zoo.settings.resolve import build

    given = {name: value for name, value in manifest.settings.items() if name in ("seed", "batch", "search", "text")}
    try:
        return build(BundleSettings, from_mapping(given), " of a bundle")
    except Exception as error:
        raise ZooError(
            f"the bundle's settings are damaged, or were written by another version of the zoo: {reason(error)}"
        ) from error


def _restored(manifest: BundleManifest, codecs: Mapping[str, Codec | None], folder: Path) -> dict[str, Codec]:
    """Restore codecs from their files."""
    found = {}
    for role, codec in codecs.items():
        assert codec is not None
        if manifest.codecs.get(role) and manifest.files and f"{CODECS}/{role}.json" not in manifest.files:
            raise ZooError(f"{folder.parent / MANIFEST} is damaged: it has no checksum of {CODECS}/{role}.json")
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
