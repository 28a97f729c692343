"""Labels: confusion, calibration, ROC, the words that counted, the most wrong with their confidence."""

from __future__ import annotations

import time
import warnings
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from zoo.report.answered import Answered
from zoo.report.figures import figures, heat_map, image, line_chart, table
from zoo.report.rendering import render, shorten
from zoo.report.section import Section

if TYPE_CHECKING:
    from zoo.runs.run import Run

MOST_CLASSES = 30
EXPLAINED = 16
"""Examples whose words are left out one by one."""
FEWEST = 4
"""Examples that are explained in any case."""
SECONDS = 2.0
"""Of the processor, after which no further example is explained."""
PARTS = 48
"""Parts of a text that are left out at most: words, or runs of words in a longer text."""
LONGEST = 2_000  # characters of an explained text


def label_sections(run: Run, answered: Answered) -> list[Section]:
    """Make the sections of a run that gives one label to each input."""
    truth = [example["target"] for example in answered.examples]
    given = [answer.value for answer in answered.answers]
    found = [
        Section("Confusion", confusion(truth, given), "Rows are the truth, columns the answers; shares are of a row."),
        Section("Confidence", _confidence(answered, truth), "How far the probabilities can be trusted."),
    ]
    if all(isinstance(example["source"], str) for example in answered.examples):
        lead = (
            "How much the probability of the answer falls when a word is left out: blue speaks for it, red against it."
        )
        found.append(Section("Words that counted", _words(run, answered), lead))
    elif pictures := _pictures(run, answered):
        found.append(Section("Images", pictures, "The most wrong first."))
    return found


def confusion(truth: Sequence[Hashable], given: Sequence[Hashable]) -> Markup:
    """Draw a confusion matrix: a row a true label, a column an answer.

    Args:
        truth: labels.
        given: the answers to them.
    """
    counts: dict[Hashable, int] = defaultdict(int)
    for label in [*truth, *given]:
        counts[label] += 1
    classes = sorted(counts, key=lambda label: -counts[label])[:MOST_CLASSES]
    classes.sort(key=str)
    places = {label: place for place, label in enumerate(classes)}
    matrix = np.zeros((len(classes), len(classes)), np.int64)  # [truth, answer]
    for one, other in zip(truth, given, strict=True):
        if one in places and other in places:
            matrix[places[one], places[other]] += 1
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    names = [str(label) for label in classes]
    texts = [[str(count) if count else "" for count in row] for row in matrix]
    drawn = heat_map(shares, names, names, label="confusion matrix", texts=texts, edge=34 if len(classes) < 12 else 22)
    left_out = len(counts) - len(classes)
    caption = f"The {len(classes)} most frequent of {len(counts)} labels." if left_out else ""
    return figures([(drawn, caption)], 700)


def _confidence(answered: Answered, truth: Sequence[Hashable]) -> Markup:
    from sklearn.metrics import roc_curve

    rows: list[dict[Hashable, float]] = [answer.details["probabilities"] for answer in answered.answers]
    chosen = [max(row, key=row.__getitem__) for row in rows]
    sure = np.array([row[label] for row, label in zip(rows, chosen, strict=True)])  # [N]
    right = np.array([one == other for one, other in zip(truth, chosen, strict=True)])  # [N]
    points, bins = [], np.minimum((sure * 10).astype(int), 9)
    for place in np.unique(bins):
        inside = bins == place
        points.append((float(sure[inside].mean()), float(right[inside].mean())))
    calibration = line_chart(
        [("", points)], "probability", "share that is right", x_range=(0, 1), y_range=(0, 1), diagonal=True
    )
    lines = []
    classes = list(rows[0])
    for label in classes[1:] if len(classes) == 2 else classes[:8]:
        is_label = [one == label for one in truth]
        if any(is_label) and not all(is_label):
            false, true, _ = roc_curve(is_label, [row[label] for row in rows])
            step = max(1, len(false) // 60)
            kept = [*range(0, len(false), step), len(false) - 1]
            lines.append((str(label), [(float(false[place]), float(true[place])) for place in kept]))
    drawn = [(calibration, "Calibration: on the dashed line, 80 % sure is right in 80 % of all cases.")]
    if lines:
        chart = line_chart(lines, "false alarms", "found", x_range=(0, 1), y_range=(0, 1), diagonal=True)
        drawn.append((chart, "ROC: " + ", ".join(name for name, _ in lines)))
    return figures(drawn, 280) + _most_sure_errors(answered, truth)


def _most_sure_errors(answered: Answered, truth: Sequence[Hashable]) -> Markup:
    rows = []
    for place in answered.judgement.worst[:8]:
        answer, example = answered.answers[place], answered.examples[place]
        share = answer.details["probabilities"].get(answer.value, 0.0)
        source = example["source"] if isinstance(example["source"], str) else f"example {place + 1}"
        rows.append((shorten(source, 120), str(truth[place]), str(answer.value), f"{share:.0%}"))
    return table(("most wrong", "truth", "answer", "confidence"), rows) if rows else Markup("")


def _words(run: Run, answered: Answered) -> Markup:
    # In turn from both ends, so that both are shown where time allows only a few.
    ends = zip(answered.order[: EXPLAINED // 2], answered.order[::-1], strict=False)
    places = [place for pair in ends for place in pair]
    explained = []
    for place in dict.fromkeys(places):
        parts = _parts(str(answered.examples[place]["source"])[:LONGEST])
        if parts:
            explained.append((place, parts, answered.answers[place].value))
    shown: list[dict[str, object]] = []
    effects: dict[tuple[Hashable, str], list[float]] = defaultdict(list)
    began = time.process_time()
    for place, parts, label in explained:
        if len(shown) >= FEWEST and time.process_time() - began > SECONDS:
            break
        (falls,) = occlusion(run, [parts], [label])
        strongest = max(1e-6, *(abs(fall) for fall in falls))
        for part, fall in zip(parts, falls, strict=True):
            effects[label, part.strip(" .,;:!?\"'()").casefold()].append(fall)
        truth = answered.examples[place]["target"]
        weighed = [
            (part, "positive" if fall > 0 else "negative", round(0.8 * abs(fall) / strongest, 2), f"{fall:+.3f}")
            for part, fall in zip(parts, falls, strict=True)
        ]
        shown.append({"parts": weighed, "answer": str(label), "truth": str(truth), "right": truth == label})
    summed = sorted(effects.items(), key=lambda item: -sum(item[1]))
    strong = [
        (shorten(word, 60), shorten(label, 60), len(falls), sum(falls) / len(falls))
        for (label, word), falls in summed
        if word
    ][:15]
    return render("words.html", shown=shown) + table(("word", "for", "times", "mean fall of the probability"), strong)


def occlusion(run: Run, texts: Sequence[Sequence[str]], labels: Sequence[Hashable]) -> list[list[float]]:
    """Say how much the probability of a label falls without each part of a text.

    Args:
        run: that labels texts.
        texts: each as parts, which joined are the text.
        labels: of each text, whose probability is watched.

    Returns:
        For each text, a number a part.
    """
    inputs = []
    for parts in texts:
        whole = "".join(parts)
        without = ("".join([*parts[:place], *parts[place + 1 :]]) for place in range(len(parts)))
        inputs += [whole, *(text if text.strip() else whole for text in without)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers = iter(run.answer(inputs) if inputs else [])
    found = []
    for parts, label in zip(texts, labels, strict=True):
        before, *after = (next(answers).details["probabilities"][label] for _ in range(len(parts) + 1))
        found.append([float(before - share) for share in after])
    return found


def _parts(text: str) -> list[str]:
    """Cut a text in words with the space behind them, or in runs of words where these are many."""
    words = [word + " " for word in text.split()]
    together = -(-len(words) // PARTS) or 1
    return ["".join(words[start : start + together]) for start in range(0, len(words), together)]


def _pictures(run: Run, answered: Answered) -> Markup | None:
    drawn = []
    for place in answered.order[:12]:
        pixels = np.asarray(run.codecs["source"].encode(answered.examples[place]["source"]))
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
            return None
        answer, truth = answered.answers[place], answered.examples[place]["target"]
        share = answer.details["probabilities"].get(answer.value, 0.0)
        drawn.append((image(pixels, width=110), f"{truth}, answer {answer.value} ({share:.0%})"))
    return figures(drawn, 120) if drawn else None
