"""One-to-many: one thing in, a sequence out (the caption of a picture)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoo.topology.answer import Answer, Judgement
from zoo.topology.source_to_text import SourceToText


class OneToMany(SourceToText):
    """A picture is looked at, and a text is written about it; see `SourceToText`. Sources have one shape."""

    name = "one-to-many"
    sequential = False

    def judge(self, examples: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Judgement:
        """BLEU-1 to 4, chrF, CIDEr-D, ROUGE-L and exact matches with any of the references (see `zoo.metrics`)."""
        from zoo.metrics import caption_metrics, sentence_chrf

        written = [str(answer.value) for answer in answers]
        truth = [tuple(example.get("references") or (example["target"],)) for example in examples]
        nearness = [sentence_chrf(text, references) for text, references in zip(written, truth, strict=True)]
        wrong = [place for place, text in enumerate(written) if text not in truth[place]]
        return Judgement(caption_metrics(written, truth), worst=tuple(sorted(wrong, key=lambda place: nearness[place])))
