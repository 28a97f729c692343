"""Memory: it copies, repeats or recalls random bits that it has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import zoo
from zoo.data import Splits
from zoo.settings import BatchSettings, DataSettings, TrainSettings
from zoo_memory import ntm, ntm_dense, ntm_hard
from zoo_memory.bits import SourceCodec, TargetCodec
from zoo_memory.rules import RULES, Drawn, shortest
from zoo_memory.topology import Answering

if TYPE_CHECKING:
    import keras

ZOO_API = 1
MACHINES = {"ntm": ntm, "ntm_dense": ntm_dense, "ntm_hard": ntm_hard}


@dataclass
class MemoryData(DataSettings):
    """What is drawn."""

    rule: str = zoo.setting("copy", "what to do with the sequence", tuple(RULES))
    bits: int = zoo.setting(8, "bits per vector", minimum=1, maximum=10_000)
    longest: int = zoo.setting(
        10, "vectors in the longest training sequence; for recall, items of three vectors", minimum=2, maximum=1_000_000
    )
    tested: int = zoo.setting(20, "vectors, or items, in every test sequence", minimum=2, maximum=1_000_000)
    repeats: int = zoo.setting(4, "maximum number of repetitions of repeat-copy", minimum=1, maximum=1_000_000)
    examples: int = zoo.setting(
        20_000, "training sequences; validation and test have a fortieth of that each", minimum=40, maximum=100_000_000
    )


@dataclass
class MemoryModel:
    """The reader."""

    cell: str = zoo.setting(
        "ntm_dense", "ntm, ntm_dense, ntm_hard, lstm, gru, rnn, or one that a plugin adds", component="cells"
    )
    units: int = zoo.setting(100, "units of the layer, or of the controller", minimum=1, maximum=100_000)
    places: int = zoo.setting(32, "memory locations (ntm)", minimum=3, maximum=100_000)
    width: int = zoo.setting(20, "size of a memory location (ntm)", minimum=1, maximum=100_000)
    heads: int = zoo.setting(1, "read heads (ntm)", minimum=1, maximum=1_000)


@dataclass
class MemorySettings(zoo.Settings):
    """Settings of the task."""

    data: MemoryData = zoo.part(MemoryData)
    model: MemoryModel = zoo.part(MemoryModel)
    batch: BatchSettings = zoo.part(BatchSettings, size=32)
    train: TrainSettings = zoo.part(
        TrainSettings, steps=4000, learning_rate=2e-3, schedule="cosine", warmup=100, average=0.99, evaluate_every=500
    )


class Memory(zoo.Task):
    """Memory: it copies, repeats or recalls random bits that it has seen."""

    topology = Answering()
    Settings = MemorySettings
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        # A smoke test: everything once, in seconds.
        "tiny": {
            "data": {"bits": 4, "longest": 3, "tested": 6, "examples": 400},
            "model": {"units": 16, "places": 8, "width": 6},
            "train": {"steps": 20, "evaluate_every": 10},
        },
        "repeat-copy": {"data": {"rule": "repeat-copy", "longest": 5, "tested": 10}},
        "recall": {"data": {"rule": "recall", "bits": 6, "longest": 5, "tested": 10}},
    }

    def data(self):
        """Draw the sequences; those of the test have one length, greater than any that was trained on."""
        data = self.settings.data
        if data.source:
            raise zoo.UsageError(
                f"data={data.source}: this task generates its sequences; set data.rule={'|'.join(RULES)}"
            )
        trained, tested = (shortest(data.rule), data.longest), (data.tested, data.tested)
        held = max(1, data.examples // 40)
        parts = [(data.examples, trained), (held, trained), (held, tested)]
        train, validation, test = (
            Drawn(data.rule, count, lengths, data.bits, data.repeats, (self.settings.seed, number))
            for number, (count, lengths) in enumerate(parts)
        )
        return Splits(train, validation, test)

    def codecs(self):
        """Bits as numbers."""
        data = self.settings.data
        return {"source": SourceCodec(data.bits), "target": TargetCodec(data.bits, data.rule == "repeat-copy")}

    def model(self, codecs):
        """A recurrent layer, and the logits of the bits."""
        from zoo.layers import cell_by_name
        from zoo_memory.model import Machine

        settings = self.settings.model
        if settings.cell in MACHINES:
            factory: Callable[..., keras.Layer] = partial(
                MACHINES[settings.cell], places=settings.places, width=settings.width, reads=settings.heads
            )
        else:
            factory = cell_by_name(settings.cell, self.components.cells)
        model = Machine(factory, settings.units, codecs["target"].size)
        model.build((None, None, codecs["source"].size))
        # What the images of the addressing show.
        model.shown = codecs["source"].encode(self.data().test[0]["source"])
        return model


@zoo.hookimpl
def zoo_tasks():
    """Give the task the name that the entry point has."""
    return {"memory": Memory}
