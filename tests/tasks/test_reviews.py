"""Composed reviews: a bag of words cannot tell what they say, and no split has a frame with a word of another."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from zoo.data import Splits
from zoo_tasks.sentiment.review_clauses import FRAMES, PHRASE, draw_clause
from zoo_tasks.sentiment.review_sentences import compose_review
from zoo_tasks.sentiment.review_words import DOMAINS, Domain, Topic
from zoo_tasks.sentiment.reviews import LABELS, part_of_pair, reviews


@pytest.fixture(scope="module")
def splits() -> Splits:
    return reviews()


def columns(examples) -> tuple[list[str], list[str]]:
    return [example["source"] for example in examples], [example["target"] for example in examples]


def test_seed_decides() -> None:
    first, again, other = (reviews(50, 10, 10, seed=seed) for seed in (1, 1, 2))
    assert list(first.items()) == list(again.items())
    assert first.train != other.train


def test_sizes_labels_and_lengths(splits: Splits) -> None:
    assert [len(part) for _, part in splits.items()] == [12_000, 1_000, 2_000]
    for _, part in splits.items():
        texts, labels = columns(part)
        assert Counter(labels) == {label: len(part) // 2 for label in LABELS}
        assert all(5 <= len(text.split()) <= 40 for text in texts)
        assert all(text[0].isupper() and text.endswith(".") and "{" not in text for text in texts)


def test_no_review_twice(splits: Splits) -> None:
    texts = [text for _, part in splits.items() for text in columns(part)[0]]
    assert len(set(texts)) == len(texts)


def test_every_pair_of_frame_and_word_has_one_split() -> None:
    for part in ("train", "validation", "test"):
        draw = random.Random(3)
        for praise in [True, False] * 30:
            _, pairs = compose_review(draw, praise, lambda pair, part=part: part_of_pair(pair) == part)
            assert pairs and all(part_of_pair(pair) == part for pair in pairs)


def test_held_out_pairs_are_a_tenth_and_their_halves_are_known() -> None:
    """Whatever is tested, its frame and its word were each seen in training, only never together."""
    topics = [topic for domain in DOMAINS for topic in domain.topics]
    words = {word for topic in topics for word in topic.good + topic.bad}
    pairs = list(itertools.product([frame.text for frame in FRAMES] + [PHRASE], sorted(words)))
    parts = Counter(map(part_of_pair, pairs))
    assert 0.08 < parts["test"] / len(pairs) < 0.12
    assert 0.08 < parts["validation"] / len(pairs) < 0.12
    trained = [pair for pair in pairs if part_of_pair(pair) == "train"]
    assert {frame for frame, _ in trained} == {frame for frame, _ in pairs}
    assert {word for _, word in trained} == words


def test_all_words_of_test_are_known(splits: Splits) -> None:
    def vocabulary(part) -> set[str]:
        return set(" ".join(columns(part)[0]).lower().replace(".", "").replace(",", "").replace(";", "").split())

    assert vocabulary(splits.test) | vocabulary(splits.validation) <= vocabulary(splits.train)


@pytest.mark.parametrize("longest", [1, 2])
def test_bag_of_words_fails(splits: Splits, longest: int) -> None:
    """Neither single words nor pairs of neighbours tell, on held-out combinations or on the ones that were learnt."""
    texts, labels = columns(splits.train)
    vectorizer = CountVectorizer(ngram_range=(1, longest))
    model = LogisticRegression(max_iter=300, tol=1e-2).fit(vectorizer.fit_transform(texts[:9600]), labels[:9600])
    test_texts, test_labels = columns(splits.test)
    assert model.score(vectorizer.transform(test_texts), test_labels) < 0.6
    assert model.score(vectorizer.transform(texts[9600:]), labels[9600:]) < 0.7


def test_meaning() -> None:
    """A clause means what a reader takes it to mean, and never the opposite as well."""
    topic = Topic(("soup",), (), ("delicious",), ("bland",), ("hot",))
    domain = Domain(("bistro",), (topic,), ("a treat",), ("a rip-off",), ("come back",), ("complain",), ())
    draw = random.Random(0)
    clauses = {
        praise: {draw_clause(draw, domain, "bistro", praise, lambda pair: True).text for _ in range(3000)}
        for praise in (True, False)
    }
    assert not clauses[True] & clauses[False]
    assert clauses[True] >= {
        "the soup was anything but bland",
        "the soup was even more delicious than I had expected",
        "the soup was not nearly as bland as everybody says",
        "I cannot say that the soup was not delicious",
        "I never found the soup too hot",
        "the bistro was by no means a rip-off",
        "I would not hesitate to come back",
        "I could not bring myself to complain",
        "I had expected the soup to be bland, but it was not",
        "hardly anybody doubted that the bistro was a treat",
    }
    assert clauses[False] >= {
        "the soup was anything but delicious",
        "the soup could not have been less delicious",
        "the soup was hardly hot enough",
        "it would be wrong to say that the soup was not bland",
        "the bistro was hardly a treat",
        "I would be a fool to come back",
        "I had every reason to complain",
        "my friend said that the soup was delicious, but I disagree",
        "everybody I know would deny that the bistro was a treat",
    }


@pytest.mark.parametrize("praise", [True, False])
def test_the_outweighed_clause_says_the_opposite(praise: bool) -> None:
    plain = FRAMES[0].text
    assert plain == "{a} {was} {word}"
    draw = random.Random(1)
    texts = [compose_review(draw, praise, lambda pair: pair[0] in (plain, PHRASE))[0] for _ in range(3_000)]
    topics = [topic for domain in DOMAINS for topic in domain.topics]
    good, bad = ("|".join(word for topic in topics for word in getattr(topic, name)) for name in ("good", "bad"))
    main, side = (good, bad) if praise else (bad, good)
    clause = "the [a-z ]+ (was|were)"
    for joint in ("although", "even though", "despite the fact that"):
        first = [re.search(f"{joint} {clause} ({side}), {clause} ({main})\\.$", text, re.IGNORECASE) for text in texts]
        last = [re.search(f"{clause} ({main}), {joint} {clause} ({side})\\.$", text, re.IGNORECASE) for text in texts]
        wrong = [re.search(f"{joint} {clause} ({main}), {clause} ({side})\\.$", text, re.IGNORECASE) for text in texts]
        assert any(first) and any(last) and not any(wrong)
    for joint in ("despite", "in spite of"):
        assert any(re.search(f"{joint} the ({side}) ", text) for text in texts)
        assert not any(re.search(f"{joint} the ({main}) ", text) for text in texts)
