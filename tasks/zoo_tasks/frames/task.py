"""The task: clips or sequences of vectors with a label a frame, an encoder of frames, a recurrent tagger."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.settings import BatchSettings, TargetDataSettings, TargetTrainSettings, part, setting
from zoo.topology import Synced

if TYPE_CHECKING:
    import keras
    import numpy as np

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo.settings import AdaptiveDefaults


@dataclass
class FramesData(TargetDataSettings):
    """Where the sequences come from."""

    source: str = setting(
        "motions",
        "motions (moving digits), gesture-phase, a folder of clips or videos, or of CSV or NPZ sequences of vectors",
        shorthand=True,
    )
    label: str = setting("", "label column of the table, by name or number; empty: label, phase, class, ...")
    fold: int = setting(0, "which recording of gesture-phase is held out for testing", minimum=0, maximum=6)
    ignore: list[str] = setting(["timestamp"], "columns that are not features, separated by commas")
    sequence: str = setting("", "column that says which sequence a row belongs to; empty: each file is one sequence")
    missing: str = setting(
        "stop", "what to do about missing numbers in a table of features", ("stop", "forward", "mean", "zero", "drop")
    )


@dataclass
class FramesImage:
    """How a frame that is an image is brought to one size."""

    height: int = setting(0, "pixels; 0: as the first training image, at most 64", minimum=0, maximum=10_000)
    width: int = setting(0, "pixels; 0: as the first training image, at most 64", minimum=0, maximum=10_000)
    channels: int = setting(1, "1: grey, 3: colour", minimum=1, maximum=3)
    fit: str = setting("crop", "how an image of another shape is fitted", ("crop", "pad", "stretch"))


@dataclass
class FramesVectors:
    """How vectors of features are scaled."""

    scale: str = setting(
        "training",
        "standardise features over all training frames, or over each sequence",
        ("training", "sequence"),
    )
    changes: int = setting(
        0, "add the change of each feature over this many frames as a feature; 0: off", minimum=0, maximum=1_000
    )


@dataclass
class FramesModel:
    """The tagger."""

    cell: str = setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers; 0: label each frame on its own", minimum=0, maximum=1_000)
    units: int = setting(64, "units per layer and direction", minimum=1, maximum=100_000)
    causal: bool = setting(False, "do not look ahead, so that the model can label a stream")
    dropout: float = setting(0.0, "dropout rate", minimum=0, maximum=0.95)
    filters: list[int] = setting([16, 32], "channels of each stage of the image encoder", minimum=1, maximum=100_000)


@dataclass
class FramesSettings(zoo.Settings):
    """Settings of the frames task."""

    data: FramesData = part(FramesData)
    picture: FramesImage = part(FramesImage)
    vectors: FramesVectors = part(FramesVectors)
    model: FramesModel = part(FramesModel)
    batch: BatchSettings = part(BatchSettings, size=16, length=200)
    train: TargetTrainSettings = part(
        TargetTrainSettings, steps=6000, learning_rate=3e-3, schedule="cosine", warmup=50, average=0.98
    )


class Frames(zoo.Task):
    """Frames: label every frame of a sequence."""

    topology = Synced()
    Settings = FramesSettings
    data_names = ("motions",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "model": {"units": 8, "filters": [4]},
            "batch": {"size": 8},
            "train": {"steps": 20, "evaluate_every": 10},
        },
        # Recordings of few people: what tells them apart is taken out, and little can be learned by heart.
        "gesture": {
            "vectors": {"scale": "sequence", "changes": 3},
            "model": {"units": 32, "dropout": 0.5},
            "train": {"steps": 120, "evaluate_every": 20},
        },
    }

    def __init__(self, settings: FramesSettings, components: zoo.Components | None = None) -> None:
        super().__init__(settings, components)
        self.topology = Synced(settings.data.target, settings.train.loss)

    def data(self) -> Splits:
        """Draw the motions, or read a user's clips or sequences of vectors."""
        data = self.settings.data
        if data.source == "motions":
            from zoo_tasks.frames.motions import motions

            return motions(seed=self.settings.seed)
        if _holds_clips(Path(os.path.expanduser(data.source))):
            from zoo.data import CLIP_COLUMNS, read_clips

            columns = {**CLIP_COLUMNS, "label": (data.label,) if data.label else CLIP_COLUMNS["label"]}
            return read_clips(data.source, "", data.validation, data.test, data.on_error, columns, data.encoding)
        from zoo.data import FRAME_LABELS, read_features

        label = (data.label,) if data.label else FRAME_LABELS
        return read_features(
            data.source,
            label,
            tuple(data.ignore),
            data.validation,
            data.test,
            data.on_error,
            data.missing,
            data.sequence,
            data.encoding,
            classes=data.target == "label",
        )

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the sequences."""
        from zoo_tasks.frames.defaults import adapt

        adapt(splits, defaults)

    def read_input(self, text: str) -> Sequence[Path | np.ndarray] | np.ndarray:
        """A clip is named by its folder or video file, a sequence of vectors by its file."""
        from zoo.data import read_sequence

        data = self.settings.data
        label = (data.label,) if data.label else ()
        return read_sequence(Path(text), label, (*data.ignore, data.sequence), data.missing, data.encoding)

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Sequences: a file of features, a video, or a folder of such or of clips."""
        from zoo.data import FRAME_LABELS, read_sequence_inputs

        data = self.settings.data
        label = (data.label,) if data.label else FRAME_LABELS
        return read_sequence_inputs(
            source, self.read_input, label, tuple(data.ignore), data.missing, data.sequence, data.encoding
        )

    def read_frames(self, lines: Iterable[str]) -> Iterator[object]:
        """A frame a line: the path of an image, or the numbers of a vector."""
        from zoo.data import FRAME_LABELS, read_frames

        data = self.settings.data
        return read_frames(lines, (data.label,) if data.label else FRAME_LABELS, tuple(data.ignore))

    def codecs(self) -> dict[str, Codec]:
        """Images of one size or scaled vectors, and the labels."""
        from zoo.codecs import ClipCodec, FrameCodec, VectorCodec, target_codec

        picture, vectors = self.settings.picture, self.settings.vectors
        if self.settings.model.causal and vectors.scale == "sequence":
            raise zoo.UsageError(
                "model.causal=true cannot be combined with vectors.scale=sequence, which needs the whole sequence"
            )
        target = target_codec(self.settings.data.target, self.settings.data.threshold)
        clips = ClipCodec(picture.height, picture.width, picture.channels, picture.fit)
        return {"source": FrameCodec(clips, VectorCodec(vectors.scale, vectors.changes)), "target": target}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """An encoder of frames and a recurrent tagger."""
        from zoo.codecs import FrameCodec
        from zoo.models import Tagger

        model, source = self.settings.model, codecs["source"]
        assert isinstance(source, FrameCodec)
        tagger = Tagger(
            codecs["target"].size,
            source.shape,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            causal=model.causal,
            dropout=model.dropout,
            filters=tuple(model.filters),
            cells=self.components.cells,
        )
        tagger.build()
        return tagger


def _holds_clips(folder: Path) -> bool:
    """Whether a folder has videos in it, or folders of images."""
    from zoo.data import IMAGE_ENDINGS, VIDEO_ENDINGS

    def holds(inner: Path) -> bool:
        return any(path.suffix.lower() in IMAGE_ENDINGS for path in inner.iterdir())

    return folder.is_dir() and any(
        holds(path) if path.is_dir() else path.suffix.lower() in VIDEO_ENDINGS for path in folder.iterdir()
    )
