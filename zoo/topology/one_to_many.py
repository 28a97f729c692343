"""One-to-many: a fixed input in, a sequence out (an image and its caption)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.topology.answer import Answer, Judgement
from zoo.topology.source_to_text import SourceToText

if TYPE_CHECKING:
    from zoo.codecs import Codec
    from zoo.codecs.codec import RawExample, RawValue
    from zoo.data import Batches
    from zoo.data.splitting.splits import Examples
    from zoo.metrics import ExampleSums
    from zoo.settings import Settings
    from zoo.topology.inference import Inference


class OneToMany(SourceToText):
    """An image is looked at, and a text is written about it; see `SourceToText`. Sources have one shape.

    A batch has `image` int `[B]` besides, the number of each source in its split. Where the source's codec `varies`,
    its method `vary(array, draw)` shows training a source otherwise in each epoch. Where the model has a function
    `features`, from sources to what no step of the training changes, it is applied to each source once, and the model
    gets what it gave in place of sources.
    """

    name = "one-to-many"
    sequential = False

    def batches(
        self, examples: Examples, codecs: Mapping[str, Codec], settings: Settings, *, folder: Path, split: str
    ) -> Batches:
        """Encode texts and sources, each source once, and group them by the length of the text."""
        from zoo.data import ExampleBatches
        from zoo.data.batching.image_examples import ImageExamples

        codec, longest = codecs["target"], settings.batch.length

        def encode_text(example: RawExample) -> dict[str, np.ndarray]:
            target = codec.encode(example["target"])[: longest - 1]
            return {
                "target": np.append(target, self.end(codec)).astype(np.int32),
                "previous": np.insert(target, 0, self.begin(codec)).astype(np.int32),
            }

        encoded = ImageExamples(examples, codecs["source"].encode, encode_text, folder)
        vary = getattr(codecs["source"], "vary", None)

        def redraw(index: int, draw: np.random.Generator) -> Mapping[str, np.ndarray]:
            example = encoded[index]
            return {**example, "source": vary(example["source"], draw)} if vary else example

        training = split == "train"
        return ExampleBatches(
            encoded,
            size=settings.batch.size,
            tokens=settings.batch.tokens,
            seed=settings.seed,
            shuffle=training,
            sequences=("target", "previous"),
            weighted="target",
            redraw=redraw if training and getattr(codecs["source"], "varies", False) else None,
        )

    def precompute(self, batches: Batches, inference: Inference, folder: Path) -> Batches:
        """Look at each image once with the part of the model that stays as it is (see `Topology.precompute`)."""
        from zoo.data.batching.feature_batches import FeatureBatches

        features = getattr(inference.model, "features", None)
        if features is None:
            return batches
        return FeatureBatches(batches, inference.function("features", features), folder)

    def show(self, value: RawValue, width: int = 72) -> str:
        """One line: an image without a name as its size, all else as text."""
        if isinstance(value, np.ndarray):
            return f"an image of {' by '.join(map(str, value.shape[:2]))} pixels"
        return super().show(value, width)

    def judge(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
        """BLEU-1 to 4, chrF, CIDEr-D, ROUGE-L and exact matches, beside what the best caption for all images has."""
        from zoo.metrics import caption_metrics, constant_caption, sentence_chrf

        written = [str(answer.value) for answer in answers]
        truth = [tuple(example.get("references") or (example["target"],)) for example in examples]
        nearness = [sentence_chrf(text, references) for text, references in zip(written, truth, strict=True)]
        wrong = [place for place, text in enumerate(written) if text not in truth[place]]
        always = constant_caption(truth)
        baseline = caption_metrics([always] * len(truth), truth)
        scores = ", ".join(f"{name} {value:.2f}" for name, value in baseline.items())
        return Judgement(
            caption_metrics(written, truth),
            (f"Always '{always}', the best single caption here, would give {scores}",),
            tuple(sorted(wrong, key=lambda place: nearness[place])),
        )

    def example_sums(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
        """Exact matches (see `Topology.example_sums`)."""
        from zoo.topology.example_sums import text_sums

        return text_sums(examples, answers, bleu=False)
