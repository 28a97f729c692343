"""The task: lists of words with a label each, a recurrent tagger that sees words and their spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import zoo
from zoo.settings import BatchSettings, DataSettings, TrainSettings, VectorSettings, part, setting
from zoo_tagging.topology import SyncedWords

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo_tagging.words import WordsCodec


@dataclass
class TaggingData(DataSettings):
    """Where the sentences come from."""

    source: str = setting(
        "orders",
        "orders (composed), a file in CoNLL columns, CoNLL-U or JSON lines, or a folder with train, dev and test files",
        shorthand=True,
    )
    words: int = setting(0, "column of the words, from 1; 0: the first, in CoNLL-U the second", minimum=0, maximum=1000)
    labels: int = setting(
        0, "column of the labels, from 1; 0: the last, in CoNLL-U the fourth", minimum=0, maximum=1000
    )


@dataclass
class TaggingText(VectorSettings):
    """How words become numbers."""

    least: int = setting(2, "minimum number of times a word must occur to be known", minimum=1, maximum=1_000_000_000)
    lowercase: bool = setting(True, "look words up in lower case; their spelling keeps its capitals")


@dataclass
class TaggingModel:
    """The tagger."""

    cell: str = setting("lstm", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers", minimum=1, maximum=1_000)
    units: int = setting(100, "units per layer and direction", minimum=1, maximum=100_000)
    embedding: int = setting(100, "size of a word's vector", minimum=1, maximum=100_000)
    dropout: float = setting(0.5, "dropout rate", minimum=0, maximum=0.95)
    crf: bool = setting(False, "a conditional random field: choose the labels of a sentence together")


@dataclass
class TaggingSettings(zoo.Settings):
    """Settings of the tagging task."""

    data: TaggingData = part(TaggingData)
    text: TaggingText = part(TaggingText)
    model: TaggingModel = part(TaggingModel)
    batch: BatchSettings = part(BatchSettings, size=32, length=200)
    train: TrainSettings = part(
        TrainSettings, epochs=15, learning_rate=4e-3, schedule="cosine", warmup=50, average=0.98, clip=5.0
    )


class Tagging(zoo.Task):
    """Tagging: label every word of a sentence."""

    topology = SyncedWords()
    Settings = TaggingSettings
    data_names = ("orders",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {"model": {"units": 8, "embedding": 8}, "train": {"epochs": 0, "steps": 20, "evaluate_every": 10}},
    }

    def data(self) -> Splits:
        """Compose the orders, or read a user's sentences."""
        data = self.settings.data
        if data.source == "orders":
            from zoo_tagging.orders import orders

            return orders(self.settings.seed)
        from zoo_tagging.reading import read_tagged

        return read_tagged(data.source, data.words, data.labels, data.validation, data.test, data.on_error)

    def read_input(self, text: str) -> list[str]:
        """A sentence is its words, with spaces between them."""
        return text.split()

    def read_inputs(self, source: str) -> Iterator[Input]:
        """A sentence a line."""
        from zoo.data import read_text_inputs

        return read_text_inputs(
            source, {"source": ("text", "sentence")}, self.settings.data.encoding, read=self.read_input
        )

    def codecs(self) -> dict[str, Codec]:
        """Words with their spelling, and the labels."""
        from zoo.codecs import LabelCodec
        from zoo_tagging.words import WordsCodec

        return {"source": WordsCodec(self.settings.text.least, self.settings.text.lowercase), "target": LabelCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """A recurrent tagger."""
        from zoo_tagging.model import WordTagger

        model, source = self.settings.model, cast("WordsCodec", codecs["source"])
        tagger = WordTagger(
            source.size,
            source.characters.size,
            codecs["target"].size,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            embedding=model.embedding,
            dropout=model.dropout,
            crf=model.crf,
            cells=self.components.cells,
        )
        tagger.build()
        return tagger
