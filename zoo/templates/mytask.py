"""Mytask: it reads a word of two letters and says which of them it has more of."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import zoo
from zoo.codecs import CharacterCodec, Codec, LabelCodec
from zoo.data import Splits, read_labelled_texts
from zoo.settings import BatchSettings, TrainSettings
from zoo.topology import ManyToOne

ZOO_API = 1


@dataclass
class MytaskModel:
    """Settings of the model: model.cell=lstm, model.units=64."""

    cell: str = zoo.setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds")
    units: int = zoo.setting(16, "units of its layer, in each direction", minimum=1)


@dataclass
class MytaskSettings(zoo.Settings):
    """Settings of the task, with defaults of its own for those that every task has."""

    model: MytaskModel = zoo.part(MytaskModel)
    batch: BatchSettings = zoo.part(BatchSettings, size=32, length=200)
    train: TrainSettings = zoo.part(TrainSettings, epochs=6, learning_rate=1e-2)


class Mytask(zoo.Task):
    """Mytask: it reads a word of two letters and says which of them it has more of."""

    topology = ManyToOne()
    Settings = MytaskSettings

    def data(self) -> Splits:
        """Draw words; or read a user's texts: a table with the columns text and label, or a folder for each label."""
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
        """Say how values become numbers: a letter is a symbol, an answer is a label."""
        return {"source": CharacterCodec(), "target": LabelCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> Any:
        """Build the model, an ordinary keras.Model: here of ready parts."""
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
    """Give the task its name."""
    return {"mytask": Mytask}
