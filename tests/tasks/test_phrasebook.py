"""The phrasebook: right French, and splits whose combinations of words never meet in training."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import TypeAlias

import pytest

from zoo.data import Splits
from zoo.errors import ZooError
from zoo_tasks.translation.phrasebook import compose, composer, conjugation, count_sentences, english, french
from zoo_tasks.translation.phrasebook.held_out import Combination, combinations, split_of, split_of_sentence
from zoo_tasks.translation.phrasebook.names import COUNTRIES, LANGUAGES
from zoo_tasks.translation.phrasebook.nouns import THINGS
from zoo_tasks.translation.phrasebook.pattern import Pattern
from zoo_tasks.translation.phrasebook.patterns import PATTERNS
from zoo_tasks.translation.phrasebook.words import Lexeme, Noun

BY_NAME = {pattern.name: pattern for pattern in PATTERNS}


Fillers: TypeAlias = dict[str, Lexeme]
"""Slot -> what fills it."""


def pairs() -> list[tuple[str, list[str], bool, str, str]]:
    """Pattern, fillers, whether contracted, English, French: written by hand, one line a pair."""
    lines = Path(__file__).with_name("phrasebook_pairs.txt").read_text(encoding="utf-8").splitlines()
    rows = []
    for line in lines:
        name, slots, source, target = line.split(" | ")
        words = slots.split("; ")
        short = words[-1] == "short"
        rows.append((name, words[:-1] if short else words, short, source, target))
    return rows


def filled(pattern: Pattern, words: list[str]) -> Fillers:
    """The fillers of a pattern by their English."""
    fillers: Fillers = {}
    for (slot, choices), word in zip(pattern.slots.items(), words, strict=True):
        found = next((choice for choice in choices if choice.en == word), None)
        assert found is not None, f"{pattern.name}: {word!r} does not fill {slot!r}"
        fillers[slot] = found
    return fillers


def drawn(pattern: Pattern, draw: random.Random) -> Fillers:
    """Fillers that the pattern allows, drawn."""
    while True:
        fillers = {slot: draw.choice(words) for slot, words in pattern.slots.items()}
        if pattern.allows(fillers):
            return fillers


@pytest.mark.parametrize(("name", "words", "short", "source", "target"), pairs())
def test_pairs_written_by_hand(name: str, words: list[str], short: bool, source: str, target: str) -> None:
    assert BY_NAME[name].sentence(filled(BY_NAME[name], words), short) == (source, target)


def test_every_pattern_has_a_pair_written_by_hand() -> None:
    assert {name for name, *_ in pairs()} == set(BY_NAME)
    assert len(pairs()) >= 220


@pytest.mark.parametrize(
    ("written", "finished"),
    [
        ("je ai le orange", "J'ai l'orange"),
        ("je ne ai pas", "Je n'ai pas"),
        ("je ne le ai pas", "Je ne l'ai pas"),
        ("il se habille", "Il s'habille"),
        ("que il", "Qu'il"),
        ("si il vient", "S'il vient"),
        ("si ils viennent", "S'ils viennent"),
        ("si elle vient", "Si elle vient"),
        ("ce est", "C'est"),
        ("jusque à midi", "Jusqu'à midi"),
        ("de @le livre", "Du livre"),
        ("de @les livres", "Des livres"),
        ("à @le livre", "Au livre"),
        ("à @les amis", "Aux amis"),
        ("de @le hôtel", "De l'hôtel"),
        ("à @le ami", "À l'ami"),
        ("à @la école", "À l'école"),
        ("de @le hibou", "Du hibou"),
        ("à @les haricots", "Aux haricots"),
        ("de @la hache", "De la hache"),
        ("il essaie de le voir", "Il essaie de le voir"),
        ("de @le onze", "Du onze"),
        ("que onze", "Que onze"),
        ("de œufs", "D'œufs"),
        ("de eau", "D'eau"),
        ("de Hongrie", "De Hongrie"),
        ("@le Yémen", "Le Yémen"),
        ("il ne y va pas", "Il n'y va pas"),
        ("je en veux", "J'en veux"),
        ("ma école", "Mon école"),
        ("sa hache", "Sa hache"),
        ("sa horloge", "Son horloge"),
        ("@ce homme", "Cet homme"),
        ("@ce hibou", "Ce hibou"),
        ("un @vieux homme", "Un vieil homme"),
        ("@le @beau oiseau", "Le bel oiseau"),
        ("@le @vieux ami", "Le vieil ami"),
        ("de @le @ancien ami", "De l'ancien ami"),
        ("où est-il ? je ne sais pas.", "Où est-il ? Je ne sais pas."),
        ("à qui est-ce ?", "À qui est-ce ?"),
        ("il paie 2,50 € , merci.", "Il paie 2,50 €, merci."),
    ],
)
def test_where_french_words_meet(written: str, finished: str) -> None:
    assert french.finish(written) == finished


@pytest.mark.parametrize(
    ("infinitive", "forms"),
    [
        ("parler", "parle parles parle parlons parlez parlent"),
        ("manger", "mange manges mange mangeons mangez mangent"),
        ("commencer", "commence commences commence commençons commencez commencent"),
        ("acheter", "achète achètes achète achetons achetez achètent"),
        ("appeler", "appelle appelles appelle appelons appelez appellent"),
        ("préférer", "préfère préfères préfère préférons préférez préfèrent"),
        ("nettoyer", "nettoie nettoies nettoie nettoyons nettoyez nettoient"),
        ("ennuyer", "ennuie ennuies ennuie ennuyons ennuyez ennuient"),
        ("étudier", "étudie étudies étudie étudions étudiez étudient"),
        ("choisir", "choisis choisis choisit choisissons choisissez choisissent"),
        ("vendre", "vends vends vend vendons vendez vendent"),
        ("comprendre", "comprends comprends comprend comprenons comprenez comprennent"),
        ("revenir", "reviens reviens revient revenons revenez reviennent"),
        ("endormir", "endors endors endort endormons endormez endorment"),
        ("sourire", "souris souris sourit sourions souriez sourient"),
    ],
)
def test_present(infinitive: str, forms: str) -> None:
    assert [conjugation.present(infinitive, person) for person in range(6)] == forms.split()


@pytest.mark.parametrize(
    ("infinitive", "participle", "future", "imperfect", "gerund"),
    [
        ("manger", "mangé", "mangera", "mangions", "mangeant"),
        ("commencer", "commencé", "commencera", "commencions", "commençant"),
        ("acheter", "acheté", "achètera", "achetions", "achetant"),
        ("appeler", "appelé", "appellera", "appelions", "appelant"),
        ("préférer", "préféré", "préférera", "préférions", "préférant"),
        ("nettoyer", "nettoyé", "nettoiera", "nettoyions", "nettoyant"),
        ("envoyer", "envoyé", "enverra", "envoyions", "envoyant"),
        ("étudier", "étudié", "étudiera", "étudiions", "étudiant"),
        ("choisir", "choisi", "choisira", "choisissions", "choisissant"),
        ("perdre", "perdu", "perdra", "perdions", "perdant"),
        ("être", "été", "sera", "étions", "étant"),
        ("avoir", "eu", "aura", "avions", "ayant"),
        ("aller", "allé", "ira", "allions", "allant"),
        ("voir", "vu", "verra", "voyions", "voyant"),
        ("devenir", "devenu", "deviendra", "devenions", "devenant"),
        ("apprendre", "appris", "apprendra", "apprenions", "apprenant"),
        ("offrir", "offert", "offrira", "offrions", "offrant"),
        ("écrire", "écrit", "écrira", "écrivions", "écrivant"),
        ("boire", "bu", "boira", "buvions", "buvant"),
        ("courir", "couru", "courra", "courions", "courant"),
    ],
)
def test_other_forms_of_verbs(infinitive: str, participle: str, future: str, imperfect: str, gerund: str) -> None:
    assert conjugation.participle(infinitive) == participle
    assert conjugation.future(infinitive, 2) == future
    assert conjugation.imperfect(infinitive, 3) == imperfect
    assert conjugation.gerund(infinitive) == gerund


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(ValueError, match="falloir"):
        conjugation.present("falloir", 2)


@pytest.mark.parametrize(
    ("number", "said", "said_fr"),
    [
        (0, "zero", "zéro"),
        (1, "one", "un"),
        (16, "sixteen", "seize"),
        (17, "seventeen", "dix-sept"),
        (20, "twenty", "vingt"),
        (21, "twenty-one", "vingt et un"),
        (32, "thirty-two", "trente-deux"),
        (60, "sixty", "soixante"),
        (61, "sixty-one", "soixante et un"),
        (69, "sixty-nine", "soixante-neuf"),
        (70, "seventy", "soixante-dix"),
        (71, "seventy-one", "soixante et onze"),
        (72, "seventy-two", "soixante-douze"),
        (79, "seventy-nine", "soixante-dix-neuf"),
        (80, "eighty", "quatre-vingts"),
        (81, "eighty-one", "quatre-vingt-un"),
        (90, "ninety", "quatre-vingt-dix"),
        (91, "ninety-one", "quatre-vingt-onze"),
        (99, "ninety-nine", "quatre-vingt-dix-neuf"),
        (100, "a hundred", "cent"),
    ],
)
def test_numbers(number: int, said: str, said_fr: str) -> None:
    assert english.spelled(number) == said
    assert french.spelled(number) == said_fr


def test_feminine_numbers() -> None:
    assert [french.spelled(number, feminine=True) for number in (1, 21, 71, 81)] == [
        "une",
        "vingt et une",
        "soixante et onze",
        "quatre-vingt-une",
    ]


@pytest.mark.parametrize(
    ("written", "finished"),
    [
        ("@a apple", "An apple"),
        ("@a useful book", "A useful book"),
        ("@a hour", "An hour"),
        ("@a university", "A university"),
        ("@a hotel", "A hotel"),
        ("@a ugly hat", "An ugly hat"),
        ("where is it? it is here.", "Where is it? It is here."),
    ],
)
def test_english_articles_and_capitals(written: str, finished: str) -> None:
    assert english.finish(written) == finished


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("I am not cold.", "I'm not cold."),
        ("She is not cold.", "She isn't cold."),
        ("They are here.", "They're here."),
        ("He cannot come.", "He can't come."),
        ("We will not come.", "We won't come."),
        ("We will come.", "We'll come."),
        ("There is no bread.", "There's no bread."),
        ("Do not come.", "Don't come."),
        ("Let us go.", "Let's go."),
        ("I would like tea.", "I'd like tea."),
    ],
)
def test_contractions(full: str, short: str) -> None:
    assert english.contracted(full) == short


def test_contractions_always_change_the_sentence() -> None:
    draw = random.Random(0)
    for pattern in PATTERNS:
        for _ in range(20):
            fillers = drawn(pattern, draw)
            differs = pattern.sentence(fillers, short=True)[0] != pattern.sentence(fillers)[0]
            assert differs or not pattern.shortens, pattern.sentence(fillers)


@pytest.fixture(scope="module")
def many() -> list[tuple[str, Fillers, str, str]]:
    """Pattern, fillers, English, French: sentences of every pattern, whatever their split."""
    draw = random.Random(5)
    sentences = []
    for pattern in PATTERNS:
        for _ in range(100):
            fillers = drawn(pattern, draw)
            sentences.append(
                (pattern.name, fillers, *pattern.sentence(fillers, pattern.shortens and draw.random() < 0.5))
            )
    return sentences


def test_nothing_of_the_grammar_shows(many: list[tuple[str, Fillers, str, str]]) -> None:
    for _, _, source, target in many:
        for text in (source, target):
            assert text[-1] in ".?" and text[0].isupper()
            assert "@" not in text and "  " not in text and "’" not in text and "\u00a0" not in text, text
        assert 3 <= len(source.split()) <= 20


def test_no_elision_and_no_contraction_is_forgotten(many: list[tuple[str, Fillers, str, str]]) -> None:
    vowels = tuple("aeiouàâéèêîôœ")
    for _, _, _, target in many:
        words = target.lower().split()
        for word, after in itertools.pairwise(words):
            if word in ("je", "me", "se", "le", "la", "ne", "de", "que", "ce", "ma", "sa") and after != "onze":
                assert not after.startswith(vowels), target
        assert not {("de", "le"), ("de", "les"), ("à", "le"), ("à", "les"), ("si", "il")} & set(
            itertools.pairwise(words)
        )


def test_one_english_sentence_has_one_meaning_and_one_translation(
    many: list[tuple[str, Fillers, str, str]],
) -> None:
    meanings: dict[str, tuple[str, list[str], str]] = {}
    for name, fillers, source, target in many:
        meaning = (name, [word.en for word in fillers.values()], target)
        assert meanings.setdefault(source, meaning) == meaning


def test_slots_hold_each_english_word_once() -> None:
    for pattern in PATTERNS:
        for slot, words in pattern.slots.items():
            assert len({word.en for word in words}) == len(words), (pattern.name, slot)


def test_the_count_of_sentences_is_the_count_of_different_ones() -> None:
    small = [pattern for pattern in PATTERNS if pattern.sentences() <= 2_500]
    assert len(small) >= 12
    written = set()
    for pattern in small:
        for values in itertools.product(*pattern.slots.values()):
            fillers = dict(zip(pattern.slots, values, strict=True))
            if pattern.allows(fillers):
                written.update(pattern.sentence(fillers, short)[0] for short in {False, pattern.shortens})
    assert len(written) == sum(pattern.sentences() for pattern in small)
    assert count_sentences() > 50_000_000


def test_names_from_the_cldr() -> None:
    places = {place.en: place for place in COUNTRIES}
    assert len(places) >= 30 and len(LANGUAGES) >= 15
    assert french.finish(places["Canada"].within) == "Au Canada"
    assert french.finish(places["France"].within) == "En France"
    assert french.finish(places["Iran"].within) == "En Iran"
    assert french.finish(places["the United States"].out_of) == "Des États-Unis"
    assert french.finish(places["Israel"].out_of) == "D'Israël"
    assert french.finish(places["Malta"].fr) == "Malte"


def test_plurals() -> None:
    plurals = {noun.en: (noun.en_plural, noun.fr_plural) for noun in THINGS}
    assert plurals["knife"] == ("knives", "couteaux")
    assert plurals["newspaper"] == ("newspapers", "journaux")
    assert plurals["jewel"] == ("jewels", "bijoux")
    assert plurals["watch"] == ("watches", "montres")
    assert french.counted(1, Noun("nose", "nez", False, "noses", "nez")) == "un nez"


def test_patterns_are_many_and_named_apart() -> None:
    assert len(PATTERNS) >= 80
    assert len(BY_NAME) == len(PATTERNS)


def test_every_pattern_has_sentences_for_every_split() -> None:
    draw = random.Random(1)
    for pattern in PATTERNS:
        missing = {"train", "validation", "test"}
        for _ in range(1000):
            missing.discard(split_of_sentence(drawn(pattern, draw)) or "")
            if not missing:
                break
        assert not missing, pattern.name


def test_a_sentence_with_combinations_of_two_held_out_splits_is_written_nowhere() -> None:
    draw = random.Random(2)
    found = 0
    for _ in range(5000):
        fillers = drawn(BY_NAME["actions.did"], draw)
        splits = {split_of(combination) for combination in combinations(fillers)}
        if {"validation", "test"} <= splits:
            found += 1
            assert split_of_sentence(fillers) is None
    assert found


@pytest.fixture(scope="module")
def splits() -> Splits:
    return compose(4000, 600, 600, seed=3)


def test_composing_is_deterministic(splits: Splits) -> None:
    assert len(splits.train) == 4000 and len(splits.validation) == 600 and len(splits.test) == 600
    again = compose(500, 600, 600, seed=3)
    assert again.test == splits.test and again.validation == splits.validation
    assert compose(500, 600, 600, seed=3).train == again.train
    assert compose(500, 0, 0, seed=4).train != again.train


def test_every_pattern_comes_alike(splits: Splits) -> None:
    counts = dict.fromkeys(BY_NAME, 0)
    for example in splits.train:
        counts[example["pattern"]] += 1
    assert max(counts.values()) - min(counts.values()) <= 1


def test_no_sentence_is_in_two_splits(splits: Splits) -> None:
    for role in ("source", "target"):
        train, validation, test = ({example[role] for example in part} for _, part in splits.items())
        assert not train & validation and not train & test and not validation & test
    everything = [example["source"] for _, part in splits.items() for example in part]
    assert len(set(everything)) == len(everything)


def test_held_out_combinations_never_meet_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The combinations of what was written, recorded while it was written."""
    kept: dict[str, list[set[Combination]]] = {"train": [], "validation": [], "test": []}
    written: dict[str, Fillers] = {}
    sentence = Pattern.sentence

    def recording(self: Pattern, fillers: Fillers, short: bool = False) -> tuple[str, str]:
        pair = sentence(self, fillers, short)
        written[pair[0]] = fillers
        return pair

    monkeypatch.setattr(Pattern, "sentence", recording)
    for split, examples in compose(3000, 400, 400, seed=11).items():
        for example in examples:
            kept[split].append(set(combinations(written[example["source"]])))
    trained = set().union(*kept["train"])
    for split, other in (("validation", "test"), ("test", "validation")):
        seen = trained | set().union(*kept[other])
        for found in kept[split]:
            held_out = {combination for combination in found if split_of(combination) == split}
            assert held_out and not held_out & seen


def test_more_than_there_is_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "PATTERNS", (BY_NAME["people.does-not-play-well"],))
    with pytest.raises(ZooError, match=r"has \d+ sentences for test, not 500; ask for fewer"):
        compose(10, 10, 500)
