"""Many-to-many: a sequence in, another sequence out once it has been read (a translation)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoo.topology.answer import Answer, Judgement
from zoo.topology.source_to_text import SourceToText

if TYPE_CHECKING:
    from zoo.codecs.codec import RawExample
    from zoo.metrics import ExampleSums


class ManyToMany(SourceToText):
    """A sequence of tokens is read, then another is written; see `SourceToText`."""

    name = "many-to-many"

    def judge(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> Judgement:
        """BLEU with its signature, chrF and exact matches (see `zoo.metrics`)."""
        from zoo.metrics import sentence_chrf, translation_metrics

        written = [str(answer.value) for answer in answers]
        truth = [example.get("references") or (example["target"],) for example in examples]
        metrics, signatures = translation_metrics(written, truth)
        nearness = [sentence_chrf(text, references) for text, references in zip(written, truth, strict=True)]
        wrong = [place for place, text in enumerate(written) if text not in truth[place]]
        return Judgement(metrics, signatures, tuple(sorted(wrong, key=lambda place: nearness[place])))

    def example_sums(self, examples: Sequence[RawExample], answers: Sequence[Answer]) -> dict[str, ExampleSums]:
        """Corpus BLEU and exact matches (see `Topology.example_sums`)."""
        from zoo.topology.example_sums import text_sums

        return text_sums(examples, answers, bleu=True)
