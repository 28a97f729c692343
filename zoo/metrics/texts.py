"""Metrics of generated texts: those of translation and of captioning."""

from __future__ import annotations

from collections.abc import Sequence

from zoo.metrics.caption_bleu import caption_bleu
from zoo.metrics.cider import cider_d
from zoo.metrics.corpus_scores import bleu, chrf
from zoo.metrics.exact import exact_match
from zoo.metrics.references import References, listed
from zoo.metrics.rouge import rouge_l


def translation_metrics(
    hypotheses: Sequence[str], references: References, lowercase: bool = False
) -> tuple[dict[str, float], tuple[str, ...]]:
    """BLEU and chrF by sacreBLEU, 0 to 100, and the share of exact matches.

    Args:
        hypotheses: texts.
        references: of each.
        lowercase: whether BLEU ignores case.

    Returns:
        Metrics by name, and lines with the signatures of BLEU and chrF.
    """
    by_words = bleu(hypotheses, references, lowercase)
    by_characters = chrf(hypotheses, references)
    metrics = {"bleu": by_words.value, "chrf": by_characters.value, "exact": exact_match(hypotheses, references)}
    return metrics, (f"BLEU {by_words.signature}", f"chrF {by_characters.signature}")


def caption_metrics(hypotheses: Sequence[str], references: References) -> dict[str, float]:
    """BLEU-1 to 4 and chrF, 0 to 100; CIDEr-D, 0 to 10; ROUGE-L and exact matches, 0 to 1.

    Args:
        hypotheses: captions.
        references: of each image.

    Returns:
        Metrics by name.
    """
    orders = caption_bleu(hypotheses, references)
    return {
        **{f"bleu{order}": value for order, value in enumerate(orders, 1)},
        "chrf": chrf(hypotheses, references).value,
        "cider": cider_d(hypotheses, references),
        "rouge": rouge_l(hypotheses, references),
        "exact": exact_match(hypotheses, references),
    }


def sentence_chrf(hypothesis: str, references: str | Sequence[str]) -> float:
    """Return chrF of one text, 0 to 100, with its nearest reference."""
    from sacrebleu.metrics import CHRF

    (found,) = listed([hypothesis], [references])
    return float(CHRF().sentence_score(hypothesis, found).score)
