"""The peers of `zoo run task=sentiment`: bags of words, on the same texts and the same split.

Logistic regression of scikit-learn on counts or tf-idf of words, alone or with pairs of neighbours; its strength of
regularisation is chosen on the validation split. Prints a line for each: accuracy on the validation and the test split.

    python benchmarks/sentiment_words.py
    python benchmarks/sentiment_words.py data=rotten-tomatoes data.fold=0
    python benchmarks/sentiment_words.py data=reviews.csv data.test=0.1
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer

    from zoo.data import Splits
    from zoo.data.splitting.splits import Examples

STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
LINE = "{:<40} {:>10} {:>10} {:>9}"


def columns(examples: Examples) -> tuple[list[str], list[str]]:
    """Texts and labels of a split."""
    pairs = [(example["source"], example["target"]) for example in examples]
    return [text for text, _ in pairs], [label for _, label in pairs]


def best(
    vectorizer: CountVectorizer, splits: Splits, strengths: tuple[float, ...] = STRENGTHS
) -> tuple[float, float, float]:
    """Train with every strength; accuracy on validation and test of the one that is best on validation, and it."""
    from sklearn.linear_model import LogisticRegression

    texts, labels = columns(splits.train)
    features = vectorizer.fit_transform(texts)  # [N, words]
    held_out, tested = (
        (vectorizer.transform(part[0]), part[1]) for part in map(columns, (splits.validation, splits.test))
    )
    found = []
    for strength in strengths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = LogisticRegression(C=strength, max_iter=300).fit(features, labels)
        found.append((model.score(*held_out), model.score(*tested), strength))
    return max(found, key=lambda scores: scores[0])


def main() -> None:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    from zoo.plugins import Plugins
    from zoo.settings import resolve

    task = Plugins().load_task("sentiment")
    splits = task(resolve(task.Settings, task.presets, sys.argv[1:], task="sentiment")).splits()
    print(f"{len(splits.train):,} texts to train on, {len(splits.validation):,} and {len(splits.test):,} held out")
    print(LINE.format("logistic regression on", "validation", "test", "strength"))
    for name, kind in (("counts", CountVectorizer), ("tf-idf", TfidfVectorizer)):
        for longest, what in ((1, "words"), (2, "words and pairs of neighbours")):
            # Marks and words of one letter count, too.
            vectorizer = kind(ngram_range=(1, longest), token_pattern=r"\w+|[^\w\s]")
            validation, test, strength = best(vectorizer, splits)
            print(LINE.format(f"{name} of {what}", f"{validation:.2%}", f"{test:.2%}", f"{strength:g}"))


if __name__ == "__main__":
    main()
