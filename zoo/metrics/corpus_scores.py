"""BLEU and chrF of a corpus, computed by sacreBLEU, with its signature of the options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from zoo.metrics.references import References, listed

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric


class Score(NamedTuple):
    """A score.

    Args:
        value: 0 to 100.
        signature: sacreBLEU's; only results with the same signature are comparable.
    """

    value: float
    signature: str


def bleu(hypotheses: Sequence[str], references: References, lowercase: bool = False, tokenize: str = "13a") -> Score:
    """BLEU of detokenised texts (Papineni et al. 2002; Post 2018, arXiv:1804.08771).

    Args:
        hypotheses: texts.
        references: for each hypothesis.
        lowercase: whether case is ignored.
        tokenize: sacreBLEU's tokeniser, such as `13a`, `intl`, `zh`, `char`, `none`.

    Returns:
        The score and its signature.
    """
    from sacrebleu.metrics import BLEU

    return _score(BLEU(lowercase=lowercase, tokenize=tokenize), hypotheses, references)


def chrf(hypotheses: Sequence[str], references: References, word_order: int = 0) -> Score:
    """chrF: the F score of character n-grams, recall counted twice (Popovic 2015, https://aclanthology.org/W15-3049).

    Args:
        hypotheses: texts.
        references: for each hypothesis.
        word_order: 2 for chrF++.

    Returns:
        The score and its signature.
    """
    from sacrebleu.metrics import CHRF

    return _score(CHRF(word_order=word_order), hypotheses, references)


def _score(metric: Metric, hypotheses: Sequence[str], references: References) -> Score:
    found = listed(hypotheses, references)
    most = max(map(len, found))
    # One stream of references per column; None if a hypothesis has fewer.
    columns = [[one[place] if place < len(one) else None for one in found] for place in range(most)]
    result = metric.corpus_score(list(hypotheses), columns)
    return Score(float(result.score), str(metric.get_signature()))
