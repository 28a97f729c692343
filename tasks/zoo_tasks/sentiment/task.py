"""The task: texts with a label each, a recurrent encoder, pooling, a softmax."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.settings import BatchSettings, TargetDataSettings, TargetTrainSettings, VectorSettings, part, setting
from zoo.topology import ManyToOne

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo.settings import AdaptiveDefaults


_COLUMN_SETTINGS = {"source": "data.text", "target": "data.label"}


@dataclass
class SentimentData(TargetDataSettings):
    """Where the texts come from."""

    source: str = setting(
        "reviews",
        "reviews (generated), rotten-tomatoes, a CSV, TSV or JSON lines table, or a folder per class",
        shorthand=True,
    )
    text: str = setting("", "text column of the table, by name or number; empty: text, sentence, ...")
    label: str = setting("", "label column of the table, by name or number; empty: label, sentiment, ...")
    fold: int = setting(0, "which tenth of rotten-tomatoes is held out for testing", minimum=0, maximum=9)
    balanced: bool = setting(False, "weight the loss so that every class counts equally")


@dataclass
class SentimentText(VectorSettings):
    """How text becomes tokens."""

    unit: str = setting("word", "unit of a token", ("word", "piece", "bpe", "character", "byte"))
    vocabulary: int = setting(20_000, "maximum vocabulary size; 0: no limit", minimum=0, maximum=10_000_000)
    least: int = setting(1, "minimum number of times a word must occur (unit=word)", minimum=1, maximum=1_000_000_000)
    lowercase: bool = setting(True, "convert to lower case (unit=word)")
    nfc: bool = setting(True, "compose accents (Unicode NFC): both ways to write é are one character")


@dataclass
class SentimentModel:
    """The classifier."""

    cell: str = setting("lstm", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers", minimum=1, maximum=1_000)
    units: int = setting(64, "units per layer and direction", minimum=1, maximum=100_000)
    embedding: int = setting(64, "size of the token embedding", minimum=1, maximum=100_000)
    bidirectional: bool = setting(True, "read in both directions")
    pooling: str = setting(
        "attention", "how the states of a text are pooled", ("last", "mean", "max", "attention", "concat")
    )
    dropout: float = setting(0.3, "dropout rate", minimum=0, maximum=0.95)
    word_dropout: float = setting(
        0.0, "fraction of words that are dropped as a whole in training", minimum=0, maximum=0.95
    )


@dataclass
class SentimentSettings(zoo.Settings):
    """Settings of the sentiment task."""

    data: SentimentData = part(SentimentData)
    text: SentimentText = part(SentimentText)
    model: SentimentModel = part(SentimentModel)
    batch: BatchSettings = part(BatchSettings, size=64, length=400)
    train: TargetTrainSettings = part(
        TargetTrainSettings, steps=2000, learning_rate=3e-3, schedule="cosine", warmup=50, average=0.99
    )


class Sentiment(zoo.Task):
    """Sentiment: classify a text, such as a review as good or bad."""

    topology = ManyToOne()
    Settings = SentimentSettings
    data_names = ("reviews",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "model": {"units": 8, "embedding": 8},
            "batch": {"size": 32},
            "train": {"steps": 60, "evaluate_every": 30},
        },
        # Some ten thousand real sentences, which are soon learned by heart.
        "small": {
            "text": {"least": 2},
            "model": {"units": 64, "embedding": 100, "pooling": "max", "dropout": 0.5, "word_dropout": 0.3},
            "train": {"epochs": 8, "learning_rate": 1e-3},
        },
        # From a language model (train.start=RUN), as Howard and Ruder 2018 (arXiv:1801.06146) fine-tune theirs.
        "ulmfit": {
            "model": {"pooling": "concat", "dropout": 0.4},
            "train": {
                "epochs": 10,
                "learning_rate": 3e-3,
                "layer_decay": 0.4,
                "freeze": ["encoder"],
                "thaw_after": 1,
                "thaw": "gradual",
            },
        },
    }

    def __init__(self, settings: SentimentSettings, components: zoo.Components | None = None) -> None:
        super().__init__(settings, components)
        self.topology = ManyToOne(settings.train.loss)

    def data(self) -> Splits:
        """Compose the reviews, or read a user's texts."""
        data = self.settings.data
        if data.balanced and data.target != "label":
            raise zoo.UsageError(f"data.balanced=yes needs data.target=label, not {data.target}")
        if data.source == "reviews":
            from zoo_tasks.sentiment.reviews import reviews

            return reviews(seed=self.settings.seed)
        from zoo.data import read_labelled_texts

        return read_labelled_texts(
            data.source,
            self._column_names(),
            data.validation,
            data.test,
            data.on_error,
            encoding=data.encoding,
            settings=_COLUMN_SETTINGS,
            classes=data.target == "label",
        )

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the texts."""
        from zoo_tasks.sentiment.defaults import adapt

        adapt(splits, defaults)

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Texts from a table, a text file with one per line, or a folder."""
        from zoo.data import read_text_inputs, with_found

        data = self.settings.data
        explicit = [role for role, name in (("source", data.text), ("target", data.label)) if name]
        columns = with_found(self._column_names(), self.columns, explicit)
        return read_text_inputs(source, columns, data.encoding, _COLUMN_SETTINGS)

    def _column_names(self) -> Mapping[str, Sequence[str]]:
        """Names of the columns of a table, by role."""
        from zoo.data import LABEL_COLUMNS

        data = self.settings.data
        return {
            "source": (data.text,) if data.text else LABEL_COLUMNS["source"],
            "target": (data.label,) if data.label else LABEL_COLUMNS["target"],
        }

    def codecs(self) -> dict[str, Codec]:
        """The codec of the chosen unit, and the labels."""
        from zoo.codecs import target_codec, text_codec

        text = self.settings.text
        return {
            "source": text_codec(text.unit, text.vocabulary, text.least, text.lowercase, text.nfc),
            "target": target_codec(self.settings.data.target, self.settings.data.threshold),
        }

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """An encoder and a classifier on top."""
        from zoo.models import Classifier, Encoder

        model = self.settings.model
        encoder = Encoder(
            codecs["source"].size,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            embedding=model.embedding,
            bidirectional=model.bidirectional,
            dropout=model.dropout,
            word_dropout=model.word_dropout,
            cells=self.components.cells,
        )
        classifier = Classifier(encoder, codecs["target"].size, model.pooling, model.dropout)
        classifier.build()
        return classifier
