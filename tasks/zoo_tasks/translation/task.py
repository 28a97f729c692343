"""The task: pairs of sentences, a recurrent encoder, an attending decoder, beam search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.settings import (
    BatchSettings,
    DataSettings,
    SearchSettings,
    TextTrainSettings,
    VectorSettings,
    part,
    setting,
)
from zoo.topology import ManyToMany

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.data import Input, Splits
    from zoo.settings import AdaptiveDefaults


_COLUMN_SETTINGS = {"source": "data.source_column", "target": "data.target_column"}


@dataclass
class TranslationData(DataSettings):
    """Where the pairs of sentences come from."""

    source: str = setting(
        "phrasebook",
        "phrasebook (generated), multi30k, a TSV, CSV or JSON lines table, or two aligned files: a.en,a.fr",
        shorthand=True,
    )
    pair: str = setting("en-fr", "source and target language (multi30k, tatoeba)")
    source_column: str = setting("", "column to translate from; empty: source, src, or the first")
    target_column: str = setting("", "column to translate to; empty: target, tgt, or the second")


@dataclass
class TranslationText(VectorSettings):
    """How sentences become tokens."""

    unit: str = setting("word", "unit of a token", ("word", "piece", "bpe", "character", "byte"))
    vocabulary: int = setting(
        0, "vocabulary size per language; 0: every word that occurs, or 8,000 pieces", minimum=0, maximum=10_000_000
    )
    least: int = setting(1, "minimum number of times a word must occur (unit=word)", minimum=1, maximum=1_000_000_000)
    lowercase: bool = setting(False, "convert to lower case (unit=word)")
    nfc: bool = setting(True, "compose accents (Unicode NFC): both ways to write é are one character")
    shared: bool = setting(False, "one vocabulary for both languages")
    sampling: float = setting(
        0.0, "subword regularisation: exponent of Kudo 2018, such as 0.2 (unit=piece); 0: none", minimum=0, maximum=100
    )


@dataclass
class TranslationModel:
    """The encoder and the decoder."""

    cell: str = setting("gru", "recurrent cell: rnn, lstm, gru, or one that a plugin adds", component="cells")
    layers: int = setting(1, "number of recurrent layers, in encoder and decoder each", minimum=1, maximum=1_000)
    units: int = setting(
        192, "units per layer of the decoder; the encoder has half as many per direction", minimum=2, maximum=100_000
    )
    embedding: int = setting(128, "size of the token embeddings", minimum=1, maximum=100_000)
    attention: str = setting(
        "additive", "attention to the source: additive, dot, general, ..., none", component="attentions"
    )
    attend: str = setting("before", "attend before or after the recurrent layers", ("after", "before"))
    input_feeding: bool = setting(False, "feed what was attended to into the next step")
    dropout: float = setting(0.1, "dropout rate", minimum=0, maximum=0.95)
    tied: bool = setting(False, "share the target embedding with the softmax; needs embedding = units")
    scheduled_sampling: float = setting(
        0.0, "fraction of training steps that read the model's own prediction", minimum=0, maximum=1
    )


@dataclass
class TranslationSettings(zoo.Settings):
    """Settings of the translation task."""

    data: TranslationData = part(TranslationData)
    text: TranslationText = part(TranslationText)
    model: TranslationModel = part(TranslationModel)
    batch: BatchSettings = part(BatchSettings, size=48, length=80)
    search: SearchSettings = part(SearchSettings, strategy="beam", beam=5, length=80, length_penalty=0.6)
    train: TextTrainSettings = part(
        TextTrainSettings, steps=4000, learning_rate=4e-3, schedule="cosine", warmup=100, average=0.99
    )


class Translation(zoo.Task):
    """Translation: translate sentences from one language into another."""

    topology = ManyToMany()
    Settings = TranslationSettings
    data_names = ("phrasebook",)
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "model": {"units": 32, "embedding": 16},
            "batch": {"size": 32},
            "train": {"steps": 60, "evaluate_every": 30},
        },
        # For some thirty thousand real pairs, which a large model would learn by heart.
        "small": {
            "text": {"unit": "piece", "vocabulary": 5000},
            "model": {"units": 512, "embedding": 512, "tied": True, "dropout": 0.4},
            "batch": {"size": 64},
            "train": {
                "epochs": 16,
                "learning_rate": 1.5e-3,
                "warmup": 400,
                "average": 0.999,
                "label_smoothing": 0.1,
            },
        },
    }

    def __init__(self, settings: TranslationSettings, components: zoo.Components | None = None) -> None:
        super().__init__(settings, components)
        self.topology = ManyToMany(label_smoothing=settings.train.label_smoothing)

    def data(self) -> Splits:
        """Compose the phrasebook, or read a user's pairs."""
        data = self.settings.data
        if data.source == "phrasebook":
            from zoo_tasks.translation.phrasebook import compose

            return compose(seed=self.settings.seed)
        from zoo.data import read_pairs

        return read_pairs(
            data.source,
            self._column_names(),
            data.validation,
            data.test,
            data.on_error,
            encoding=data.encoding,
            settings=_COLUMN_SETTINGS,
        )

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults by the pairs."""
        from zoo_tasks.translation.defaults import adapt

        adapt(splits, defaults)

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Sentences from a table, a text file with one per line, or the first of two aligned files."""
        from zoo.data import read_text_inputs, with_found

        data = self.settings.data
        explicit = [role for role, name in (("source", data.source_column), ("target", data.target_column)) if name]
        columns = with_found(self._column_names(), self.columns, explicit)
        return read_text_inputs(source, columns, data.encoding, _COLUMN_SETTINGS, pairs=True)

    def _column_names(self) -> Mapping[str, Sequence[str]]:
        """Names of the columns of a table, by role."""
        from zoo.data import PAIR_COLUMNS

        data = self.settings.data
        source, _, target = data.pair.partition("-")
        return {
            "source": (data.source_column,) if data.source_column else (*PAIR_COLUMNS["source"], source),
            "target": (data.target_column,) if data.target_column else (*PAIR_COLUMNS["target"], target),
        }

    def codecs(self) -> dict[str, Codec]:
        """The codecs of the chosen unit, one a language or one for both."""
        from zoo.codecs import text_codec

        text = self.settings.text
        if text.sampling and text.unit != "piece":
            raise zoo.UsageError(f"text.sampling={text.sampling:g} needs text.unit=piece, not {text.unit}")
        source = text_codec(text.unit, text.vocabulary, text.least, text.lowercase, text.nfc)
        target = source if text.shared else text_codec(text.unit, text.vocabulary, text.least, text.lowercase, text.nfc)
        return {"source": source, "target": target}

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """An encoder that reads in both directions, and an attending decoder."""
        from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

        model = self.settings.model
        cells = self.components.cells
        encoder = Encoder(
            codecs["source"].size,
            cell=model.cell,
            layers=model.layers,
            units=max(1, model.units // 2),
            embedding=model.embedding,
            dropout=model.dropout,
            cells=cells,
        )
        decoder = AttendingDecoder(
            self.topology.vocabulary(codecs["target"]),
            encoder.output_size,
            summary=encoder.summary_size,
            cell=model.cell,
            layers=model.layers,
            units=model.units,
            embedding=model.embedding,
            attention=model.attention,
            attend=model.attend,
            input_feeding=model.input_feeding,
            dropout=model.dropout,
            tied=model.tied,
            scheduled_sampling=model.scheduled_sampling,
            cells=cells,
            attentions=self.components.attentions,
        )
        both = SequenceToSequence(encoder, decoder)
        both.build()
        return both
