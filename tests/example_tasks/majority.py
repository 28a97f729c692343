"""Which of two letters is more frequent in a word: many-to-one, in the one file that a stranger would write."""

from __future__ import annotations

import random
from dataclasses import dataclass

import keras
import numpy as np

import zoo
from zoo.codecs import CharacterCodec, LabelCodec
from zoo.data import Splits
from zoo.layers import Stack
from zoo.settings import BatchSettings, TrainSettings
from zoo.topology import ManyToOne


@dataclass
class MajorityModel:
    """The reader."""

    cell: str = zoo.setting("gru", "recurrent cell")
    units: int = zoo.setting(16, "units of its layer", minimum=1)


@dataclass
class MajoritySettings(zoo.Settings):
    """Settings of the task."""

    examples: int = zoo.setting(1200, "words to draw", minimum=10)
    model: MajorityModel = zoo.part(MajorityModel)
    batch: BatchSettings = zoo.part(BatchSettings, size=32, length=20)
    train: TrainSettings = zoo.part(TrainSettings, epochs=6, learning_rate=1e-2)


class Reader(keras.Model):
    """Reads a word and says what it was about."""

    def __init__(self, symbols: int, classes: int, cell: str, units: int) -> None:
        super().__init__()
        self.supports_masking = True
        self.embedding = keras.layers.Embedding(symbols, 8)
        self.stack = Stack(cell, layers=1, units=units)
        self.classes = keras.layers.Dense(classes)

    def call(self, source, mask=None, training=False):  # [B, S]
        _, states = self.stack(self.embedding(source), mask=mask, training=training)
        return self.classes(states[-1][0])  # [B, classes]


class Majority(zoo.Task):
    """Which of two letters is more frequent in a word."""

    topology = ManyToOne()
    Settings = MajoritySettings

    def data(self):
        draw = random.Random(self.settings.seed)
        words = ["".join(draw.choices("ab", k=draw.randrange(3, 16, 2))) for _ in range(self.settings.examples)]
        examples = [{"source": word, "target": max("ab", key=word.count)} for word in words]
        tenth = len(examples) // 10
        return Splits(examples[2 * tenth :], examples[:tenth], examples[tenth : 2 * tenth])

    def codecs(self):
        return {"source": CharacterCodec(), "target": LabelCodec()}

    def model(self, codecs):
        settings = self.settings.model
        model = Reader(codecs["source"].size, codecs["target"].size, settings.cell, settings.units)
        model(np.zeros((1, 4), np.int32), mask=np.ones((1, 4), bool))
        return model
