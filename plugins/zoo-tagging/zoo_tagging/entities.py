"""Entities in a sequence of labels, and their F1, as seqeval defines them (https://github.com/chakki-works/seqeval)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Entity(NamedTuple):
    """A span of words: its kind, its first word, and the one after its last."""

    kind: str
    begin: int
    end: int


def is_bio(labels: Sequence[str]) -> bool:
    """Whether labels mark entities: `B-` and `I-` before a kind, `O` elsewhere."""
    marks = [label[:2] for label in labels if label != "O"]
    return bool(marks) and all(mark in ("B-", "I-", "E-", "S-") for mark in marks)


def entities(labels: Sequence[str]) -> list[Entity]:
    """Find the entities of a sentence, in the lenient way of conlleval: an `I-` may begin one.

    Args:
        labels: of the words of one sentence.
    """
    found: list[Entity] = []
    kind, begin = "", 0
    for place, label in enumerate([*labels, "O"]):
        mark, _, own = label.partition("-")
        starts = mark in ("B", "S") or (mark in ("I", "E") and own != kind)
        if kind and (mark == "O" or starts or own != kind):
            found.append(Entity(kind, begin, place))
            kind = ""
        if starts and mark != "O":
            kind, begin = own, place
        if kind and mark in ("E", "S"):
            found.append(Entity(kind, begin, place + 1))
            kind = ""
    return found


def entity_metrics(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return precision, recall and F1 of whole entities: kind, first and last word must be right.

    Args:
        truth: labels of each sentence.
        predicted: likewise.
    """
    hits = count = wanted = 0
    for labels, guess in zip(truth, predicted, strict=True):
        true, found = set(entities(labels)), set(entities(guess))
        hits, count, wanted = hits + len(true & found), count + len(found), wanted + len(true)
    precision, recall = hits / count if count else 0.0, hits / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"entity_precision": precision, "entity_recall": recall, "entity_f1": f1}


def broken_marks(sentences: Sequence[Sequence[str]]) -> int:
    """Count labels that continue an entity which has not begun: an `I-` after `O` or after another kind."""
    count = 0
    for labels in sentences:
        for before, label in zip(["O", *labels[:-1]], labels, strict=True):
            count += label[:2] == "I-" and before[2:] != label[2:]
    return count
