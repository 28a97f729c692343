"""Text by sentencepiece pieces, trained on the run's own text."""

from __future__ import annotations

import hashlib
import io
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.codecs.byte import ByteStream
from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.document import Document, surrogate_error
from zoo.codecs.normalization import KEEP, Normalization, normalization_content
from zoo.codecs.text import EncodedChunk, TextCodec, TextStream, checked_ids, no_text, text_chunks
from zoo.errors import UsageError, ZooError
from zoo.files import file_errors, read_bytes, reason, write_atomic

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

_SPACE = "\u2581"  # sentencepiece's symbol for a space, which it cannot tell from a space
_ALWAYS_PIECES = ("\n", "\t")
_UNTRAINABLE = re.compile("[\0\u2581\u2585\n]+")  # sentencepiece leaves out sentences that hold one of these
_LONGEST_SENTENCE = 1000  # characters
_LONGEST_LINE = 1 << 20  # characters encoded as one
_LARGEST_MODEL = 1 << 30  # bytes
_CHUNK = 1 << 18  # bytes encoded at a time: the lists of Python integers are the bulk of the memory


class PieceCodec(TextCodec):
    """One id a piece: whole frequent words, parts of rarer ones, and single bytes for what is left.

    Every text can be encoded and comes back exactly, spaces, tabs and newlines included: nothing is normalised, the
    pieces are looked up as bytes, and what sentencepiece itself would change is encoded byte by byte.

    Args:
        vocabulary: number of pieces, the 256 bytes among them.
        algorithm: `unigram` (Kudo 2018, https://arxiv.org/abs/1804.10959) or `bpe` (Sennrich et al. 2016,
            https://arxiv.org/abs/1508.07909).
        sample: how many characters of the training text to learn the pieces from, drawn from all over it.
        sentences: whether values are sentences: then the first word is the same piece as that word elsewhere.
        normalization: applied to a text first.
    """

    def __init__(
        self,
        vocabulary: int = 2000,
        algorithm: str = "unigram",
        sample: int = 4_000_000,
        sentences: bool = False,
        normalization: Normalization = KEEP,
    ) -> None:
        if algorithm not in ("unigram", "bpe"):
            raise ValueError(f"algorithm must be 'unigram' or 'bpe', got {algorithm!r}")
        self.vocabulary = vocabulary
        self.algorithm = algorithm
        self.sample = sample
        self.sentences = sentences
        self.normalization = normalization
        self._model = b""
        self._processor: SentencePieceProcessor | None = None
        self._pieces: list[bytes] = []  # id -> UTF-8 bytes
        self._first_byte = 0  # id of the piece for byte 0; the others follow

    @property
    def size(self) -> int:
        """Number of pieces."""
        if not self._pieces:
            raise ValueError("the piece codec is neither fitted nor restored yet")
        return len(self._pieces)

    def fit(self, values: Iterable[str | Document]) -> None:
        """Train sentencepiece on a sample of the texts.

        Raises:
            UsageError: the text cannot give that many pieces, or so few; says what size would work.
            ZooError: there is no text.
        """
        from sentencepiece import SentencePieceTrainer

        texts = text_chunks(values, self.normalization)
        if self.sentences:
            texts = (f" {text}" for text in texts)
        sentences = list(_sentences(_sampled(texts, self.sample)))
        if not sentences:
            raise no_text("a vocabulary of pieces")
        model = io.BytesIO()
        try:
            SentencePieceTrainer.train(
                sentence_iterator=iter(sentences),
                model_writer=model,
                model_type=self.algorithm,
                vocab_size=self.vocabulary,
                byte_fallback=True,
                normalization_rule_name="identity",
                add_dummy_prefix=False,
                remove_extra_whitespaces=False,
                allow_whitespace_only_pieces=True,
                user_defined_symbols=list(_ALWAYS_PIECES),
                unk_id=0,
                bos_id=-1,
                eos_id=-1,
                pad_id=-1,
                max_sentence_length=8 * _LONGEST_SENTENCE,
                shuffle_input_sentence=False,
                num_threads=2,  # a fixed number: the sums of the unigram model depend on it in their last bits
                minloglevel=2,
            )
        except Exception as error:
            raise _vocabulary_error(self.vocabulary, error) from error
        self._load(model.getvalue())

    def token_keys(self) -> list[object]:
        """What identifies each token in other vocabularies (see `TextCodec.token_keys`)."""
        end = self._first_byte + 256
        return [
            f"byte {index - self._first_byte}" if self._first_byte <= index < end else piece
            for index, piece in enumerate(self._pieces)
        ]

    def encode_text(self, text: str) -> np.ndarray:
        """Ids of a string: int32 [number of pieces]."""
        return self.encode_token(self.normalization(text))

    def encode_token(self, text: str) -> np.ndarray:
        """Ids of a string that is not normalised: int32 [number of pieces]."""
        _utf8(text)
        return self._encode(f" {text}" if self.sentences and text else text)

    def encode_sampled(self, text: str, draw: np.random.Generator, alpha: float, best: int = 32) -> np.ndarray:
        """Ids of one of the likely ways to cut a string into pieces, drawn at random.

        Subword regularisation (Kudo 2018, https://arxiv.org/abs/1804.10959): of the `best` likeliest segmentations one
        is drawn with a probability in proportion to its own to the power `alpha`.

        Args:
            text: any text, as short as a sentence.
            draw: decides which.
            alpha: 0 for all alike; the larger, the more often it is the likeliest.
            best: how many segmentations to draw from.

        Returns:
            int32 [N]; its text is the same as that of `encode_text`.

        Raises:
            UsageError: byte pair encoding knows one segmentation only.
        """
        if self.algorithm != "unigram":
            raise UsageError("only unigram pieces (unit=piece) can be sampled")
        text = self.normalization(text)
        _utf8(text)
        whole = f" {text}" if self.sentences and text else text
        expected = whole.encode()
        processor = self._trained()
        found = [ids for ids in processor.nbest_encode(whole, nbest_size=best) if self._bytes_of(ids) == expected]
        if len(found) < 2:
            return self._encode(whole)
        scores = np.array([sum(processor.get_score(ids)) for ids in found]) * alpha  # [best]
        chances = np.exp(scores - scores.max())
        return np.asarray(found[draw.choice(len(found), p=chances / chances.sum())], np.int32)

    def _encode(self, text: str) -> np.ndarray:
        expected = _utf8(text)
        ids = self._trained().encode(text)
        if self._bytes_of(ids) != expected:
            ids = [index for line in re.split("(?<=\n)", text) for index in self._exact(line)]
        return np.asarray(ids, np.int32)

    def encode_document(self, document: Document, chunk: int = _CHUNK) -> Iterator[EncodedChunk]:
        """Ids of a document of any size, cut at line ends, where no piece crosses."""
        held, extra = "", 0
        for text in self.normalization.stream(document.chunks(chunk)):
            if self.sentences and not held and not extra:
                held, extra = " ", 1
            held += text
            end = held.rfind("\n") + 1
            if not end and len(held) > _LONGEST_LINE:  # cannot wait for its end any longer
                end = held.rfind(" ") if " " in held[1:] else len(held)
            if end:
                yield EncodedChunk(self._encode(held[:end]), end - (extra == 1))
                held, extra = held[end:], extra * 2
        if held:
            yield EncodedChunk(self._encode(held), len(held) - (extra == 1))

    def decode_bytes(self, array: Iterable[int] | np.ndarray) -> bytes:
        """The bytes of ids [N]."""
        return self._bytes_of(checked_ids(array, self.size).tolist())

    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]; bytes that are not UTF-8 print as U+FFFD."""
        text = self.decode_bytes(array).decode("utf-8", "replace")
        return text.removeprefix(" ") if self.sentences else text

    def stream(self) -> TextStream:
        """A decoder for ids that arrive a few at a time."""
        stream = ByteStream(self.decode_bytes)
        return SentenceStream(stream) if self.sentences else stream

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.model`, which every sentencepiece reads, and `<name>.json` with its checksum."""
        self._trained()
        write_atomic(folder / f"{name}.model", self._model)
        content = {
            "algorithm": self.algorithm,
            "vocabulary": self.size,
            "sentences": self.sentences,
            **normalization_content(self.normalization),
            "model": _checksum(self._model),
        }
        write_codec(folder, name, "piece", content)

    def restore(self, folder: Path, name: str = "codec") -> None:
        """Read what `save` wrote."""
        content = read_codec(folder, name, "piece")
        path = folder / f"{name}.model"
        with file_errors(path):
            try:
                model = read_bytes(path, _LARGEST_MODEL)
            except ZooError as error:
                raise ZooError(f"{path}: damaged: {error}") from error
        if _checksum(model) != content.get("model"):
            raise ZooError(f"{path}: damaged: its checksum does not match; train the run again")
        with file_errors(path, "damaged: not a model of sentencepiece"):
            self._load(model)
        with file_errors(folder / f"{name}.json", "damaged"):
            self.algorithm, self.vocabulary = content["algorithm"], content["vocabulary"]
            self.sentences = bool(content.get("sentences"))
            self.normalization = Normalization.from_json(content.get("normalization"))

    def _trained(self) -> SentencePieceProcessor:
        if self._processor is None:
            raise ValueError("the piece codec is neither fitted nor restored yet")
        return self._processor

    def _load(self, model: bytes) -> None:
        from sentencepiece import SentencePieceProcessor

        processor = SentencePieceProcessor(model_proto=model)
        self._model, self._processor, self._pieces = model, processor, []
        for index in range(processor.get_piece_size()):
            piece = processor.id_to_piece(index)
            if processor.is_byte(index):
                self._pieces.append(bytes([int(piece[3:5], 16)]))  # <0x41>
            elif processor.is_unknown(index):
                self._pieces.append("\ufffd".encode())  # never encoded, but a model may choose it
            else:
                self._pieces.append(piece.replace(_SPACE, " ").encode())
        self._first_byte = processor.piece_to_id("<0x00>")

    def _bytes_of(self, ids: list[int]) -> bytes:
        return b"".join(map(self._pieces.__getitem__, ids))

    def _exact(self, line: str) -> list[int]:
        """Ids that decode to the line and nothing else."""
        ids: list[int] = []
        for part in re.split(f"({_SPACE})", line):
            found = self._trained().encode(part)
            expected = part.encode()
            ids += found if self._bytes_of(found) == expected else [self._first_byte + byte for byte in expected]
        return ids


class SentenceStream:
    """Leaves out the space before the first word of a sentence.

    Args:
        stream: gives the text with that space.
    """

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._begun = False

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The characters that these ids complete."""
        return self._first(self._stream.push(ids))

    def flush(self) -> str:
        """Return the rest at the end."""
        return self._first(self._stream.flush())

    def _first(self, text: str) -> str:
        if not text or self._begun:
            return text
        self._begun = True
        return text.removeprefix(" ")


def _sampled(texts: Iterable[str], limit: int) -> Iterator[str]:
    """All of the texts where they are short; else pieces drawn from all over them, less than the limit in sum."""
    longest = max(1, min(1 << 14, limit // 16))
    draw = random.Random(0)
    kept: list[tuple[float, str]] = []
    total = 0
    rate = 1.0
    for text in texts:
        for begin in range(0, len(text), longest):
            lot = draw.random()
            if lot < rate:
                kept.append((lot, text[begin : begin + longest]))
                total += len(kept[-1][1])
            while total > limit:  # half as dense from here on, and so far
                rate /= 2
                kept = [(lot, piece) for lot, piece in kept if lot < rate]
                total = sum(len(piece) for _, piece in kept)
    return (piece for _, piece in kept)


def _sentences(texts: Iterable[str]) -> Iterator[str]:
    """Lines, or parts of long ones, without the characters that sentencepiece does not train on."""
    for text in texts:
        for line in _UNTRAINABLE.split(text):
            for begin in range(0, len(line), _LONGEST_SENTENCE):
                yield line[begin : begin + _LONGEST_SENTENCE]


def _vocabulary_error(vocabulary: int, error: Exception) -> ZooError:
    """Sentencepiece's complaint about the size in words of ours, with the size that would work."""
    too_large = re.search(r"size too high.*<= (\d+)", str(error))
    if too_large:
        return UsageError(f"text.vocabulary={vocabulary} is too large for this text; at most {too_large[1]} works")
    too_small = re.search(r"smaller than required_chars. \d+ vs (\d+)", str(error))
    if too_small:
        return UsageError(
            f"text.vocabulary={vocabulary} is too small for this text, which needs 256 bytes and its own characters; "
            f"at least {int(too_small[1])} works"
        )
    return ZooError(f"sentencepiece cannot learn {vocabulary} pieces from this text: {reason(error)}")


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise surrogate_error("text", error) from error


def _checksum(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()
