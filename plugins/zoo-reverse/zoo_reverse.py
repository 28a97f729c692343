"""Reverse: write a word backwards."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass

import zoo
from zoo.codecs import text_codec
from zoo.data import Document, Splits
from zoo.settings import BatchSettings, SearchSettings, TrainSettings
from zoo.topology import ManyToMany

ZOO_API = 1


@dataclass
class ReverseModel:
    """The reader and the writer."""

    cell: str = zoo.setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    units: int = zoo.setting(
        128, "units of the writer; the reader has half as many per direction", minimum=2, maximum=100_000
    )
    attention: str = zoo.setting(
        "additive", "attention to the word: additive, dot, general, ...", component="attentions"
    )


@dataclass
class ReverseSettings(zoo.Settings):
    """Settings of the task."""

    examples: int = zoo.setting(
        20_000, "number of words to generate, unless data= names a file", minimum=10, maximum=100_000_000
    )
    letters: int = zoo.setting(12, "length of the longest generated word", minimum=3, maximum=1_000_000)
    model: ReverseModel = zoo.part(ReverseModel)
    batch: BatchSettings = zoo.part(BatchSettings, size=128, length=40)
    search: SearchSettings = zoo.part(SearchSettings, strategy="greedy", length=40)
    train: TrainSettings = zoo.part(TrainSettings, epochs=12, learning_rate=5e-3, schedule="cosine", warmup=50)


class Reverse(zoo.Task):
    """Reverse: write a word backwards."""

    topology = ManyToMany()
    Settings = ReverseSettings

    def data(self):
        """Draw words, or read the words of a text; no word stands in two splits."""
        settings, draw = self.settings, random.Random(self.settings.seed)
        if settings.data.source:
            words = set(Document.of_file(settings.data.source).read().split())
        else:
            lengths = [draw.randint(2, settings.letters) for _ in range(settings.examples)]
            words = {"".join(draw.choices(string.ascii_lowercase, k=length)) for length in lengths}
        examples = [{"source": word, "target": word[::-1]} for word in sorted(words)]
        draw.shuffle(examples)
        held, tested = (round(len(examples) * share) for share in (settings.data.validation, settings.data.test))
        return Splits(examples[held + tested :], examples[:held], examples[held : held + tested])

    def codecs(self):
        """Give both sides one codec: the letters are the same."""
        letters = text_codec("character")
        return {"source": letters, "target": letters}

    def model(self, codecs):
        """Build a bidirectional encoder and a decoder with attention."""
        from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

        settings, parts = self.settings.model, self.components
        reader = Encoder(
            codecs["source"].size,
            cell=settings.cell,
            units=settings.units // 2,
            embedding=32,
            cells=parts.cells,
        )
        writer = AttendingDecoder(
            self.topology.vocabulary(codecs["target"]),
            reader.output_size,
            summary=reader.summary_size,
            cell=settings.cell,
            units=settings.units,
            embedding=32,
            attention=settings.attention,
            cells=parts.cells,
            attentions=parts.attentions,
        )
        model = SequenceToSequence(reader, writer)
        model.build()
        return model


@zoo.hookimpl
def zoo_tasks():
    """Give the task the name that the entry point has."""
    return {"reverse": Reverse}
