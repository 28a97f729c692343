"""Mytask: find which of two letters occurs more often in a word."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import zoo
from zoo.codecs import Codec, LabelCodec, text_codec
from zoo.data import Splits, read_labelled_texts
from zoo.settings import BatchSettings, TrainSettings
from zoo.topology import ManyToOne

ZOO_API = 1


@dataclass
class MytaskModel:
    """Settings of the model: model.cell=lstm, model.units=64."""

    cell: str = zoo.setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    units: int = zoo.setting(16, "units of the layer, in each direction", minimum=1)


@dataclass
class MytaskSettings(zoo.Settings):
    """Settings of the task; for those that every task has, it changes some defaults."""

    model: MytaskModel = zoo.part(MytaskModel)
    batch: BatchSettings = zoo.part(BatchSettings, size=32, length=200)
    train: TrainSettings = zoo.part(TrainSettings, epochs=6, learning_rate=1e-2)


class Mytask(zoo.Task):
    """Mytask: find which of two letters occurs more often in a word."""

    topology = ManyToOne()
    Settings = MytaskSettings

    def data(self) -> Splits:
        """Read the user's texts (a table with columns text and label, or a folder per label), or generate words."""
        data, draw = self.settings.data, random.Random(self.settings.seed)
        if data.source:
            return read_labelled_texts(
                data.source,
                validation=data.validation,
                test=data.test,
                on_error=data.on_error,
            )
        words = ["".join(draw.choices("ab", k=draw.randrange(3, 16, 2))) for _ in range(1200)]
        examples = [{"source": word, "target": max("ab", key=word.count)} for word in words]
        return Splits(examples[240:], examples[:120], examples[120:240])

    def codecs(self) -> dict[str, Codec]:
        """Turn values into numbers: each character is a token, each answer is a label."""
        return {"source": text_codec("character"), "target": LabelCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> Any:
        """Build the model, an ordinary keras.Model: here from ready-made parts."""
        from zoo.models import Classifier, Encoder

        encoder = Encoder(
            codecs["source"].size,
            cell=self.settings.model.cell,
            units=self.settings.model.units,
            embedding=16,
            cells=self.components.cells,
        )
        model = Classifier(encoder, codecs["target"].size)
        model.build()
        return model


@zoo.hookimpl
def zoo_tasks() -> dict[str, type[zoo.Task]]:
    """Register the task under its name."""
    return {"mytask": Mytask}
