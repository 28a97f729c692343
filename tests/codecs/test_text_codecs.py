"""Text codecs: exact round trips, streams, files, and their complaints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tried
from zoo.codecs import ByteCodec, CharacterCodec, Codec, PieceCodec, TextCodec, WordCodec
from zoo.codecs.document import Document
from zoo.codecs.normalization import SENTENCE
from zoo.codecs.piece import _sampled
from zoo.errors import UsageError, ZooError

TEXT = "".join(
    f"def f{n}(x):\n    return x * {n}  # naïve 猫 🐈\n\n\tprint('the {w} of the {w}s')\r\n"
    for n, w in enumerate(["cat", "dog", "mat", "hat", "day"] * 12)
)
MAKERS: dict[str, Callable[[], TextCodec]] = {
    "character": CharacterCodec,
    "byte": ByteCodec,
    "unigram": lambda: PieceCodec(320),
    "bpe": lambda: PieceCodec(320, "bpe"),
    "sentences": lambda: PieceCodec(320, sentences=True),
    "word": WordCodec,
}
FITTED = {name: make() for name, make in MAKERS.items()}
for codec in FITTED.values():
    codec.fit([TEXT])
every_codec = pytest.mark.parametrize("name", list(MAKERS))


@every_codec
def test_round_trip_of_the_training_text(name: str) -> None:
    codec = FITTED[name]
    assert isinstance(codec, Codec)
    ids = codec.encode(TEXT)
    assert ids.dtype == np.int32 and ids.ndim == 1
    assert ids.min() >= 0 and ids.max() < codec.size
    assert codec.decode(ids) == codec.decode(ids.tolist()) == codec.normalization(TEXT)
    assert codec.encode("").shape == (0,) and codec.decode([]) == ""


@tried(100)
@given(text=st.text(max_size=60), seed=st.integers(0, 9))
def test_sampled_pieces_are_the_same_text(text: str, seed: int) -> None:
    for name in ("unigram", "sentences"):
        ids = FITTED[name].encode_sampled(text, np.random.default_rng(seed), 0.1)  # type: ignore[attr-defined]
        assert ids.dtype == np.int32 and FITTED[name].decode(ids) == text


def test_sampled_pieces_vary_with_the_exponent() -> None:
    codec = FITTED["unigram"]
    assert isinstance(codec, PieceCodec)
    text = "print('the cat of the cats')"

    def ways(alpha: float) -> list[tuple[int, ...]]:
        return [tuple(codec.encode_sampled(text, np.random.default_rng(seed), alpha).tolist()) for seed in range(60)]

    usual = tuple(codec.encode(text).tolist())
    assert len(set(ways(0.0))) > len(set(ways(0.5))) > 1
    assert ways(0.2) == ways(0.2)
    assert ways(0.0).count(usual) < ways(0.5).count(usual) < ways(50.0).count(usual) == 60
    with pytest.raises(UsageError, match="only unigram pieces"):
        FITTED["bpe"].encode_sampled(text, np.random.default_rng(0), 0.1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["byte", "unigram", "bpe", "sentences"])
@tried(100)
@given(text=st.text())
def test_round_trip_of_any_text(name: str, text: str) -> None:
    codec = FITTED[name]
    ids = codec.encode(text)
    assert codec.decode(ids) == text
    stream = codec.stream()
    assert "".join(stream.push([index]) for index in ids) + stream.flush() == text


@pytest.mark.parametrize("name", ["unigram", "bpe"])
@pytest.mark.parametrize(
    "text", ["\u2581", "a \u2581 b\n\u2581", "\0", "\u2585 \u2047 <unk> <0x41> <s>", "\ufffd", "\r\n"]
)
def test_round_trip_of_what_sentencepiece_would_change(name: str, text: str) -> None:
    codec = FITTED[name]
    assert codec.decode(codec.encode(text)) == text


@tried(100)
@given(text=st.text(min_size=1), other=st.text())
def test_characters_come_back_or_are_unknown(text: str, other: str) -> None:
    codec = CharacterCodec()
    codec.fit([text])
    assert codec.decode(codec.encode(text)) == text
    assert codec.decode(codec.encode(other)) == "".join(c if c in text else "\ufffd" for c in other)
    assert np.count_nonzero(codec.encode(other) == codec.unknown_id) == sum(c not in text for c in other)


def test_the_order_of_characters() -> None:
    by_frequency, by_code = CharacterCodec(), CharacterCodec(order="code")
    for codec in (by_frequency, by_code):
        codec.fit(["banana", Document.of_text("n猫")])
    assert by_frequency.characters == "anb猫"  # a and n are equally frequent: by code point
    assert by_code.characters == "abn猫"
    assert by_code.size == 5
    small = CharacterCodec(vocabulary=3)
    small.fit(["banana"])
    assert small.size == 3 and small.decode(small.encode("banana")) == "\ufffdanana"


@every_codec
@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_documents_in_chunks_are_the_whole_text(name: str, chunk: int, tmp_path: Path) -> None:
    codec = FITTED[name]
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    document = Document.of_file(path)
    chunks = list(codec.encode_document(document, chunk))
    whole = codec.encode(document)
    assert np.array_equal(np.concatenate([part.ids for part in chunks]), whole)
    text = TEXT if name == "byte" else TEXT.replace("\r\n", "\n")
    text = codec.normalization(text)
    assert codec.decode(whole) == text
    assert sum(part.characters for part in chunks) == len(text)


@pytest.mark.parametrize("name", ["unigram", "bpe"])
def test_a_line_without_an_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.codecs.piece._LONGEST_LINE", 256)
    text = "the cat " * 500 + "x" * 3000
    codec = FITTED[name]
    chunks = list(codec.encode_document(Document.of_text(text), 64))
    assert len(chunks) > 10
    assert codec.decode(np.concatenate([part.ids for part in chunks])) == text


@every_codec
def test_save_and_restore(name: str, tmp_path: Path) -> None:
    FITTED[name].save(tmp_path, "target")
    restored = MAKERS[name]()
    restored.restore(tmp_path, "target")
    assert restored.size == FITTED[name].size
    assert np.array_equal(restored.encode(TEXT), FITTED[name].encode(TEXT))
    assert all(path.name.startswith("target.") for path in tmp_path.iterdir())


@every_codec
def test_damaged_files_are_named(name: str, tmp_path: Path) -> None:
    FITTED[name].save(tmp_path, "target")
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        for damaged in (b"", content[: len(content) // 2], content.replace(b"e", b"f")):
            path.write_bytes(damaged)
            with pytest.raises(ZooError, match=rf"{path.name}: damaged") as caught:
                MAKERS[name]().restore(tmp_path, "target")
            assert "\n" not in str(caught.value)
        path.unlink()
        with pytest.raises(ZooError, match=rf"{path.name}: cannot be read"):
            MAKERS[name]().restore(tmp_path, "target")
        path.write_bytes(content)


def test_files_of_another_codec_or_a_newer_zoo(tmp_path: Path) -> None:
    ByteCodec().save(tmp_path, "target")
    with pytest.raises(ZooError, match="holds a byte codec, but a character codec is needed"):
        CharacterCodec().restore(tmp_path, "target")
    record = json.loads((tmp_path / "target.json").read_text())
    (tmp_path / "target.json").write_text(json.dumps(record | {"format": 9}))
    with pytest.raises(ZooError, match="written by a newer zoo"):
        ByteCodec().restore(tmp_path, "target")


@every_codec
def test_surrogates_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(ZooError, match=r"character 3 is a lone surrogate \(U\+DC80\), which is not text"):
        FITTED[name].encode("bad\udc80")


@every_codec
def test_ids_out_of_range_are_refused(name: str) -> None:
    codec = FITTED[name]
    for wrong in (-1, codec.size):
        with pytest.raises(ValueError, match="ids must be between 0 and"):
            codec.decode([wrong])


@pytest.mark.parametrize("name", ["character", "unigram", "bpe"])
def test_unfitted_and_empty(name: str) -> None:
    codec = MAKERS[name]()
    with pytest.raises(ValueError, match="neither fitted nor restored"):
        codec.encode("a")
    with pytest.raises(ValueError, match="neither fitted nor restored"):
        _ = codec.size
    with pytest.raises(ZooError, match="the training text is empty"):
        codec.fit([""])


def test_streams_hold_back_unfinished_characters() -> None:
    codec = ByteCodec()
    stream = codec.stream()
    assert [stream.push([byte]) for byte in "é🐈".encode()] == ["", "é", "", "", "", "🐈"]
    assert stream.push([0xF0, 0x9F]) == "" and stream.flush() == "\ufffd"
    assert codec.decode([0x61, 0xFF, 0x62]) == "a\ufffdb"
    assert codec.decode_bytes([0x61, 0xFF]) == b"a\xff"
    unknown = CharacterCodec()
    unknown.fit(["ab"])
    assert unknown.stream().push([0, 1]) == "\ufffda"


def test_any_file_by_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 3
    (tmp_path / "any.bin").write_bytes(content)
    codec = ByteCodec()
    assert codec.decode_bytes(codec.encode(Document.of_file(tmp_path / "any.bin"))) == content


@pytest.mark.parametrize("algorithm", ["unigram", "bpe"])
@pytest.mark.parametrize(("vocabulary", "complaint"), [(100, "too small"), (10_000, "too large")])
def test_a_vocabulary_that_does_not_fit_names_one_that_does(algorithm: str, vocabulary: int, complaint: str) -> None:
    with pytest.raises(
        UsageError, match=rf"text\.vocabulary={vocabulary} is {complaint} .* at (most|least) (\d+) works"
    ) as e:
        PieceCodec(vocabulary, algorithm).fit([TEXT])
    suggested = int(str(e.value).split()[-2])
    codec = PieceCodec(suggested, algorithm)
    codec.fit([TEXT])
    assert codec.size == suggested


def test_training_pieces_is_silent_and_repeats() -> None:
    script = (
        "import sys; from zoo.codecs import PieceCodec; c = PieceCodec(320); c.fit([sys.argv[1]]);"
        "import hashlib; print(hashlib.sha256(c._model).hexdigest())"
    )
    done = [
        subprocess.run([sys.executable, "-c", script, TEXT], capture_output=True, text=True, check=True, env=os.environ)
        for _ in range(2)
    ]
    assert done[0].stderr == ""
    assert len(done[0].stdout.split()) == 1
    assert done[0].stdout == done[1].stdout


def test_the_sample_comes_from_all_of_a_long_text() -> None:
    texts = [letter * 9000 for letter in "abcdefghij"] * 8
    sample = "".join(_sampled(iter(texts), 20_000))
    assert 5_000 <= len(sample) <= 20_000
    assert sum(letter in sample for letter in "abcdefghij") >= 5
    assert "".join(_sampled(iter(["short", "texts"]), 20_000)) == "shorttexts"


def test_no_tensorflow_here() -> None:
    script = (
        "import sys; import zoo.codecs; assert 'numpy' not in sys.modules;"
        "from zoo.codecs import *; from zoo.data import *;"
        "assert not {'tensorflow', 'keras', 'sentencepiece'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@tried(100)
@given(text=st.text(min_size=1).filter(SENTENCE))
def test_words_come_back(text: str) -> None:
    codec = WordCodec()
    codec.fit([text])
    ids, text = codec.encode(text), SENTENCE(text)
    assert codec.decode(ids) == text
    stream = codec.stream()
    assert "".join(stream.push([index]) for index in ids) + stream.flush() == text
    assert len(codec.tokens(text)) == len(ids)


def test_words_marks_and_the_unknown() -> None:
    codec = WordCodec(least=2)
    codec.fit(["It's good, good; very good.", "It's not-so good, very not-so bad"])
    assert codec.words[0] == " good"
    assert codec.tokens("It's good!") == ["It", "'s", "good", "!"]
    assert codec.decode(codec.encode("It's bad")) == "It's \ufffd"
    assert codec.encode("good").tolist() == codec.encode("x good").tolist()[1:]
    small = WordCodec(vocabulary=3)
    small.fit(["a a a b b c"])
    assert small.words == [" a", " b"]
    lower = WordCodec(lowercase=True)
    lower.fit(["Good good GOOD"])
    assert lower.size == 2
    with pytest.raises(ZooError, match="occurs 9 times; the most frequent occurs 1"):
        WordCodec(least=9).fit(["a b"])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("l'eau qu’il J'ai", ["l'", "eau", "qu’", "il", "J'", "ai"]),
        ("It's don't o'clock I’ll", ["It", "'s", "don", "'t", "o", "'clock", "I", "’ll"]),
        ("avez-vous a-t-il - b -c", ["avez", "-vous", "a", "-t", "-il", "-", "b", "-", "c"]),
        ("'tis 'a' dogs' 1-0", ["'", "tis", "'", "a", "'", "dogs", "'", "1", "-0"]),
    ],
)
def test_words_part_at_apostrophes_and_hyphens(text: str, tokens: list[str]) -> None:
    codec = WordCodec()
    codec.fit([text])
    assert codec.tokens(text) == tokens
    assert codec.decode(codec.encode(text)) == text


def test_the_first_word_of_a_sentence_is_a_word_like_others() -> None:
    codec = PieceCodec(273, sentences=True)
    codec.fit(["the cat sat on the mat", "the dog ran"] * 20)
    assert codec.encode("the cat").tolist() == codec.encode("on the cat").tolist()[-len(codec.encode("the cat")) :]
    assert codec.decode(codec.encode("  two spaces")) == "  two spaces"
