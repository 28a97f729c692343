"""The task: text in one stream, a decoder, truncated backpropagation through time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.settings import BatchSettings, DataSettings, TrainSettings, VectorSettings, part, setting
from zoo.topology import LanguageModel

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Splits
    from zoo.settings import AdaptiveDefaults


@dataclass
class CharLMData(DataSettings):
    """Where the text comes from."""

    source: str = setting(
        "stdlib", "stdlib (Python's own source), a data set's name, or a file, folder or glob", shorthand=True
    )
    reset: bool = setting(False, "reset the carried state at the end of each document")


@dataclass
class CharLMModel:
    """The decoder."""

    cell: str = setting("lstm", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers", minimum=1, maximum=1_000)
    units: int = setting(256, "units per layer", minimum=1, maximum=100_000)
    embedding: int = setting(
        0, "size of the token embedding; 0: one-hot input, and for words as many as units", minimum=0, maximum=100_000
    )
    dropout: float = setting(0.1, "dropout rate of each layer's output", minimum=0, maximum=0.95)
    tied: bool = setting(False, "share the embedding matrix with the softmax; needs embedding = units")
    sampled: int = setting(
        0,
        "train the softmax on the right token and this many drawn ones, for vocabularies of 30,000 and more; 0: on all",
        minimum=0,
        maximum=1_000_000,
    )


@dataclass
class CharLMText(VectorSettings):
    """How text becomes tokens."""

    unit: str = setting("character", "unit of a token", ("character", "byte", "piece", "bpe", "word"))
    vocabulary: int = setting(
        0,
        "maximum vocabulary size (unit=piece, bpe, word); 0: 1,000 pieces, or every word that occurs often enough",
        minimum=0,
        maximum=10_000_000,
    )
    least: int = setting(
        2, "minimum number of times a word must occur to be known (unit=word)", minimum=1, maximum=1_000_000_000
    )
    lowercase: bool = setting(False, "convert to lower case (unit=word)")
    document: str = setting(
        "file",
        "what a document is: a whole file, or each line, so that texts end (names, short texts)",
        ("file", "line"),
    )


@dataclass
class CharLMSettings(zoo.Settings):
    """Settings of the character language model."""

    data: CharLMData = part(CharLMData)
    text: CharLMText = part(CharLMText)
    model: CharLMModel = part(CharLMModel)
    batch: BatchSettings = part(BatchSettings, size=100, length=50)
    train: TrainSettings = part(
        TrainSettings,
        steps=5000,
        learning_rate=1e-2,
        schedule="cosine",
        warmup=100,
        clip=5.0,
        average=0.99,
        evaluate_every=300,
    )


class CharLM(zoo.Task):
    """Charlm: learn to write more of a text, character by character."""

    topology = LanguageModel()
    Settings = CharLMSettings
    data_names = ("stdlib",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "model": {"units": 32},
            "batch": {"size": 32, "length": 32},
            "train": {"steps": 100, "evaluate_every": 50},
        },
        # For about a megabyte of text, which is soon learned by heart: some three minutes on two fast cores.
        "small": {
            "model": {"dropout": 0.4},
            "train": {"steps": 2400, "learning_rate": 1.6e-2, "evaluate_every": 400},
        },
        # The same text for about a quarter of an hour: two layers, and steps of fewer tokens.
        "quarter-hour": {
            "model": {"layers": 2, "units": 320, "dropout": 0.35},
            "batch": {"size": 64, "length": 50},
            "train": {"steps": 5400, "learning_rate": 7e-3, "clip": 1.0, "evaluate_every": 400},
        },
        # The defaults of Karpathy's char-rnn (https://github.com/karpathy/char-rnn, train.lua), which clips each
        # element of the gradient where we clip its norm.
        "char-rnn": {
            "model": {"layers": 2, "units": 128, "dropout": 0.0},
            "batch": {"size": 50, "length": 50},
            "train": {
                "epochs": 50,
                "optimizer": "rmsprop",
                "learning_rate": 2e-3,
                "schedule": "exponential",
                "decay": 0.97,
                "decay_after": 10,
                "warmup": 0,
                "average": 0,
                "evaluate_every": 1000,
            },
        },
    }

    def data(self) -> Splits:
        """Read the text."""
        from zoo.data import names_for, python_stdlib, read_documents

        data = self.settings.data
        if data.source == "stdlib":
            return python_stdlib(data.validation, data.test)
        names = ("stdlib", *names_for(self.topology.name))
        return read_documents(
            data.source, data.validation, data.test, on_error=data.on_error, names=names, encoding=data.encoding
        )

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the text."""
        from zoo_tasks.charlm.defaults import adapt

        adapt(splits, defaults)

    def codecs(self) -> dict[str, Codec]:
        """The codec of the chosen unit."""
        from zoo.codecs import ByteCodec, CharacterCodec, Normalization, PieceCodec, WordCodec

        text = self.settings.text
        if text.unit == "word":
            return {"target": WordCodec(text.vocabulary, text.least, text.lowercase, Normalization())}
        if text.unit == "byte":
            return {"target": ByteCodec()}
        if text.unit in ("piece", "bpe"):
            return {"target": PieceCodec(text.vocabulary or 1000, "unigram" if text.unit == "piece" else "bpe")}
        return {"target": CharacterCodec()}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """A decoder alone."""
        from zoo.models import Decoder

        model = self.settings.model
        decoder = Decoder(
            vocabulary=codecs["target"].size,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            embedding=model.embedding or (model.units if self.settings.text.unit == "word" else 0),
            sampled=model.sampled,
            dropout=model.dropout,
            tied=model.tied,
            cells=self.components.cells,
        )
        decoder.build()
        return decoder
