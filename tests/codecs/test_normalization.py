"""White space never changes a token: a codec of sentences reads a text as it read the training text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import CharacterCodec, TextCodec, WordCodec, text_codec
from zoo.codecs.choice import UNITS
from zoo.codecs.codec_file import write_codec
from zoo.codecs.normalization import KEEP, SENTENCE, Normalization

WORDS = ["the", "cat", "naïve", "dog's", "l'eau", "bird", "(a)", '"so"', "it,", "3.5", "猫"]
WHITE = [" ", "  ", "\t", "\u00a0", "\u3000", "\n", "\r\n", "\u2028", "\u200b", "\ufeff", " \u2009 ", "\x85", "\x1f"]
TEXT = " ".join(WORDS * 12)

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)
white = st.lists(st.sampled_from(WHITE), min_size=7, max_size=7)


def fitted(unit: str) -> TextCodec:
    codec = text_codec(unit, 286 if unit in ("piece", "bpe") else 0)
    codec.fit([TEXT])
    return codec


FITTED = {unit: fitted(unit) for unit in UNITS}


@pytest.mark.parametrize("unit", UNITS)
@tried(60)
@given(words=words, white=white, ends=st.booleans(), composed=st.booleans())
def test_any_white_space_gives_the_same_tokens(
    unit: str, words: list[str], white: list[str], ends: bool, composed: bool
) -> None:
    codec, plain = FITTED[unit], " ".join(words)
    odd = words[0] + "".join(space + word for space, word in zip(white, words[1:], strict=False))
    odd = f"{white[-1]}{odd}{white[-2]}" if ends else odd
    odd = odd if composed else unicodedata.normalize("NFD", odd)
    assert codec.encode(odd).tolist() == codec.encode(plain).tolist()
    assert codec.tokens(odd) == codec.tokens(plain)
    assert codec.unknown(odd) == []
    assert codec.decode(codec.encode(odd)) == plain


@tried(60)
@given(
    word=st.sampled_from(["the", "cat", "bird"]),
    before=st.sampled_from(
        list("([{<\"'\u201c\u2018\u00ab\u00bb\u00bf\u00a1/-*#@_$") + ["", " ", "\u00a0", '("', "x/"]
    ),
    after=st.sampled_from([*")]}>\"'\u201d\u2019\u00bb.,:;!?/*", "", " "]),
)
def test_a_known_word_stays_known_beside_any_mark(word: str, before: str, after: str) -> None:
    codec = FITTED["word"]
    (index,) = codec.encode(word)
    text = f"{before}{word}{after}"
    if before not in ("_", "-"):  # these belong to a word
        assert index in codec.encode(text)
    assert word not in codec.unknown(text)


def test_brackets_and_quotes_are_tokens_of_their_own() -> None:
    codec = WordCodec()
    codec.fit(['the cat (a "big" dog) [x]'])
    assert codec.tokens('(the "cat")') == ["(", "the", '"', "cat", '"', ")"]
    for text in ('(the "cat")', '"a" [x]', "(a) (x)"):
        ids = codec.encode(text)
        assert 0 not in ids
        stream = codec.stream()
        assert "".join(stream.push([index]) for index in ids) + stream.flush() == text
    assert codec.unknown('(the "zebra" eats)') == ["zebra", "eats"]


@tried(100)
@given(text=st.text(alphabet=st.sampled_from("ab \n\te\u0301\u00a0\ufeff"), max_size=30), data=st.data())
def test_a_stream_is_normalised_as_the_whole_text(text: str, data: st.DataObject) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    chunks = [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]
    for normalization in (KEEP, SENTENCE, Normalization(nfc=True), Normalization(white_space=True)):
        assert "".join(normalization.stream(chunks)) == normalization(text)
        assert normalization(normalization(text)) == normalization(text)


@pytest.mark.parametrize("unit", UNITS)
def test_a_codec_keeps_its_normalisation(unit: str, tmp_path: Path) -> None:
    codec = FITTED[unit]
    codec.save(tmp_path, "source")
    again = text_codec(unit)
    again.restore(tmp_path, "source")
    assert again.normalization == SENTENCE
    assert again.encode(" the\u00a0(cat) ").tolist() == codec.encode(" the\u00a0(cat) ").tolist()


def test_codecs_of_earlier_versions_read_as_they_did(tmp_path: Path) -> None:
    write_codec(tmp_path, "words", "word", {"words": [" the", " cat", "(", " ("], "lowercase": False})
    old = WordCodec()
    old.restore(tmp_path, "words")
    assert old.normalization == KEEP
    assert old.encode("the cat").tolist() == [1, 2]
    assert old.encode("the  (cat").tolist() == [1, 0, 4, 0]
    old.save(tmp_path, "again")
    assert json.loads((tmp_path / "again.json").read_text())["content"]["joins"] is False
    write_codec(tmp_path, "characters", "character", {"characters": "ab "})
    characters = text_codec("character")
    characters.restore(tmp_path, "characters")
    assert characters.encode(" a  b").tolist() == [3, 1, 3, 3, 2]
    assert CharacterCodec().normalization == KEEP


def test_the_unknown_of_each_unit() -> None:
    assert FITTED["word"].unknown("the zebra, the zebra and a quokka") == ["zebra", "and", "quokka"]
    assert FITTED["character"].unknown("the zz € cat") == ["z", "€"]
    assert FITTED["byte"].unknown("zebra €") == FITTED["piece"].unknown("zebra €") == []
