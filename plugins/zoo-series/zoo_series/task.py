"""The task: recordings of vectors, a recurrent encoder; a label or a number for each, or a forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

import numpy as np

import zoo
from zoo.settings import BatchSettings, TargetDataSettings, TargetTrainSettings, by_size, part, setting
from zoo_series.forecasting import Forecasting
from zoo_series.showing import RecordingToTarget

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec, VectorCodec
    from zoo.data import Input, Splits
    from zoo.settings import AdaptiveDefaults
    from zoo.topology import Topology
    from zoo_series.recordings import Reading


@dataclass
class SeriesData(TargetDataSettings):
    """Where the recordings come from."""

    source: str = setting(
        "signals",
        "signals (composed), a .ts file or a folder of them, a folder for each class, or CSV or NPZ files",
        shorthand=True,
    )
    label: str = setting("", "column of labels or numbers, by name or number; empty: label, class, ...")
    ignore: list[str] = setting(["timestamp", "date", "time"], "columns that are not features, separated by commas")
    sequence: str = setting("", "column that says which recording a row belongs to; empty: each file is one")
    missing: str = setting("stop", "what to do about missing numbers", ("stop", "forward", "mean", "zero", "drop"))


@dataclass
class ForecastSettings:
    """What is forecast."""

    steps: int = setting(0, "steps to forecast; 0: a label or a number for each recording", minimum=0, maximum=10_000)
    quantiles: list[float] = setting(
        [0.1, 0.5, 0.9], "quantiles to forecast, between 0 and 1, the median among them", minimum=0, maximum=1
    )
    season: int = setting(
        0, "steps after which a series repeats, to compare with; 0: unknown", minimum=0, maximum=1_000_000
    )


@dataclass
class SeriesVectors:
    """How numbers are scaled."""

    scale: str = setting(
        "training",
        "standardise features over all training steps, or over each recording",
        ("training", "sequence"),
    )
    changes: int = setting(
        0, "add the change of each feature over this many steps as a feature; 0: off", minimum=0, maximum=1_000
    )


@dataclass
class RecordingModel:
    """The network."""

    cell: str = setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers", minimum=1, maximum=1_000)
    units: int = setting(64, "units per layer and direction", minimum=1, maximum=100_000)
    bidirectional: bool = setting(True, "read in both directions")
    pooling: str = setting(
        "mean", "how the states of a recording are pooled", ("last", "mean", "max", "attention", "concat")
    )
    dropout: float = setting(0.1, "dropout rate", minimum=0, maximum=0.95)


@dataclass
class SeriesSettings(zoo.Settings):
    """Settings of the series task."""

    data: SeriesData = part(SeriesData)
    forecast: ForecastSettings = part(ForecastSettings)
    vectors: SeriesVectors = part(SeriesVectors)
    model: RecordingModel = part(RecordingModel)
    batch: BatchSettings = part(BatchSettings, size=32, length=1000)
    train: TargetTrainSettings = part(
        TargetTrainSettings, epochs=40, learning_rate=5e-3, schedule="cosine", warmup=20, average=0.98, clip=1.0
    )


class Size(NamedTuple):
    """Settings for a number of recordings or windows."""

    dropout: float
    epochs: int
    batch: int


SIZES = (
    (500, Size(dropout=0.3, epochs=150, batch=16)),
    (5_000, Size(dropout=0.2, epochs=60, batch=32)),
    (50_000, Size(dropout=0.1, epochs=20, batch=64)),
    (float("inf"), Size(dropout=0.1, epochs=8, batch=128)),
)


class Series(zoo.Task):
    """Series: a label or a number for a recording, or a forecast of the next steps."""

    topology: Topology = RecordingToTarget()
    Settings = SeriesSettings
    data_names = ("signals",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {"model": {"units": 8}, "train": {"epochs": 0, "steps": 20, "evaluate_every": 10}},
    }

    def __init__(self, settings: SeriesSettings, components: zoo.Components | None = None) -> None:
        super().__init__(settings, components)
        forecast = settings.forecast
        if not forecast.steps:
            self.topology = RecordingToTarget(settings.train.loss)
            return
        levels = forecast.quantiles
        if 0.5 not in levels or sorted(set(levels)) != list(levels) or not 0 < levels[0] <= levels[-1] < 1:
            raise zoo.UsageError("forecast.quantiles: expected numbers between 0 and 1 in ascending order, with 0.5")
        if settings.vectors.scale == "sequence" or settings.vectors.changes:
            raise zoo.UsageError("a forecast needs vectors.scale=training and vectors.changes=0")
        self.topology = Forecasting(levels, forecast.season)

    def data(self) -> Splits:
        """Compose signals, or read a user's recordings."""
        from zoo_series.recordings import read_recordings
        from zoo_series.signals import seasons, waves
        from zoo_series.windows import cut_by_time, read_series

        data, steps = self.settings.data, self.settings.forecast.steps
        if data.source == "signals" and not steps:
            return waves(self.settings.seed)
        if not steps:
            return read_recordings(
                data.source, self._reading(), self.read_input, data.validation, data.test, data.target != "number"
            )
        notes: tuple[str, ...] = ()
        if data.source == "signals":
            series = {"train": seasons(self.settings.seed)}
        else:
            series, notes = read_series(data.source, self.read_inputs, data.on_error)
        return cut_by_time(series, self.settings.batch.length, steps, data.validation, data.test, notes)

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the number of recordings, or of windows."""
        count, steps = len(splits.train), self.settings.forecast.steps
        size, counted = by_size(count, SIZES), f"{count:,} {'windows' if steps else 'recordings'}"
        chosen = {"model.dropout": 0.0 if steps else size.dropout, "batch.size": size.batch}
        defaults.choose(chosen, counted)
        batch = defaults.settings.batch.size
        defaults.choose_budget(size.epochs, count / batch, len(splits.validation) / batch, counted)

    def read_input(self, text: str) -> np.ndarray:
        """A recording is named by its file."""
        from zoo.data import read_sequence
        from zoo_series.ts_file import read_ts

        data, path = self.settings.data, Path(text).expanduser()
        if path.suffix.lower() == ".ts":
            found = list(read_ts(path))
            if len(found) != 1:
                raise zoo.ZooError(f"{text} has {len(found):,} recordings; answer all of them with file={text}")
            return found[0].values
        label = (data.label,) if data.label else ()
        values = read_sequence(path, label, (*data.ignore, data.sequence), data.missing, data.encoding)
        if not isinstance(values, np.ndarray):
            raise zoo.ZooError(f"{text}: expected a file of numbers (.csv, .tsv, .npz, .ts)")
        return values

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Recordings: a file of features, a `.ts` file, or a folder of such."""
        from zoo.data import FRAME_LABELS, Input, read_sequence_inputs
        from zoo_series.recordings import ts_files
        from zoo_series.ts_file import read_ts

        path, data = Path(source).expanduser(), self.settings.data
        files = ts_files(path) if path.exists() else []
        if files:
            for file in files:
                for one in read_ts(file):
                    row = {"place": one.place} | ({"label": one.target} if one.target else {})
                    yield Input(one.values, one.place, (row,))
            return
        label = (data.label,) if data.label else FRAME_LABELS
        yield from read_sequence_inputs(
            source, self.read_input, label, tuple(data.ignore), data.missing, data.sequence, data.encoding
        )

    def codecs(self) -> dict[str, Codec]:
        """Scaled vectors, and the targets; a forecast has the scale of what came before."""
        from zoo.codecs import VectorCodec, target_codec

        vectors = self.settings.vectors
        source = VectorCodec(vectors.scale, vectors.changes)
        if self.settings.forecast.steps:
            return {"source": source, "target": source}
        return {"source": source, "target": target_codec(self.settings.data.target, self.settings.data.threshold)}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """A recurrent encoder with a classifier or a forecaster on top."""
        from zoo_series.model import Forecaster, SeriesEncoder, SeriesModel

        settings, features = self.settings.model, cast("VectorCodec", codecs["source"]).shape[0]
        forecast = self.settings.forecast
        encoder = SeriesEncoder(
            settings.cell,
            settings.layers,
            settings.units,
            settings.bidirectional,
            "last" if forecast.steps else settings.pooling,
            settings.dropout,
            self.components.cells,
        )
        model: keras.Model
        if forecast.steps:
            model = Forecaster(encoder, features, forecast.steps, len(forecast.quantiles))
        else:
            model = SeriesModel(encoder, features, codecs["target"].size)
        model.build()
        return model

    def _reading(self) -> Reading:
        from zoo.data import FRAME_LABELS
        from zoo_series.recordings import Reading

        data = self.settings.data
        return Reading(
            (data.label,) if data.label else FRAME_LABELS,
            tuple(data.ignore),
            data.missing,
            data.sequence,
            data.encoding,
            data.on_error,
        )
