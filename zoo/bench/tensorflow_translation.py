"""Our translation model as a contender, through the engine of the trainer."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from zoo.backend.types import Nest, Tensor
from zoo.bench.translation_case import CLIP, LEARNING_RATE, Case, case_of
from zoo.bench.turns import serve
from zoo.settings import DeviceSettings
from zoo.topology.many_to_many import ManyToMany
from zoo.topology.types import Sums
from zoo.training.engines import make_engine


def contend(case: Case) -> None:
    """Serve training steps: the topology's loss and metrics, a replica on each core."""
    # First of all: it starts TensorFlow with a device for each replica.
    device = DeviceSettings(kind="cpu", replicas=case.cores, threads=1, precision=case.dtype)
    engine = make_engine(device, case.rows)
    import keras

    from zoo.models import AttendingDecoder, Encoder, SequenceToSequence

    half = case.units // 2

    def make() -> SequenceToSequence:
        encoder = Encoder(case.pieces, units=half, embedding=half)
        decoder = AttendingDecoder(
            case.pieces,
            encoder.output_size,
            summary=encoder.summary_size,
            units=case.units,
            embedding=half,
            attention="additive" if case.feeding else "dot",
            input_feeding=case.feeding,
        )
        model = SequenceToSequence(encoder, decoder)
        model.build()
        return model

    model, topology = engine.build(make, 0), ManyToMany()

    def forward(batch: Mapping[str, Tensor], carry: Nest, training: bool) -> tuple[Sums, Nest]:
        return topology.forward(model, batch, carry, training)

    optimizer = engine.build(lambda: keras.optimizers.Adam(LEARNING_RATE), 0)
    engine.prepare(model, forward, optimizer, clip=CLIP, average=0.0)
    batch = case.batch()
    serve({"train": lambda: engine.train([batch], [], LEARNING_RATE, 1)})


if __name__ == "__main__":
    contend(case_of(sys.argv[1:]))
