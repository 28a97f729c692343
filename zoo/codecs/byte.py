"""Text, or any file, by bytes."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from zoo.codecs.codec_file import read_codec, write_codec
from zoo.codecs.document import CHUNK, Document
from zoo.codecs.normalization import KEEP, Normalization, normalization_content
from zoo.codecs.text import EncodedChunk, TextCodec, checked_ids


class ByteCodec(TextCodec):
    """One id a byte, 256 of them, for text in UTF-8 and for files that are no text at all.

    Args:
        normalization: applied to a text first.
    """

    def __init__(self, normalization: Normalization = KEEP) -> None:
        self.normalization = normalization

    @property
    def size(self) -> int:
        """256."""
        return 256

    def fit(self, values: Iterable[str | Document]) -> None:
        """Nothing to learn; the values are not read."""

    def token_keys(self) -> list[object]:
        """What identifies each token in other vocabularies (see `TextCodec.token_keys`)."""
        return [bytes([value]) for value in range(self.size)]

    def encode_text(self, text: str) -> np.ndarray:
        """UTF-8 bytes of a string: int32 [N]."""
        return self.encode_token(self.normalization(text))

    def encode_token(self, text: str) -> np.ndarray:
        """UTF-8 bytes of a string that is not normalised: int32 [N]."""
        return np.frombuffer(b"".join(Document.of_text(text).byte_chunks()), np.uint8).astype(np.int32)

    def encode_document(self, document: Document, chunk: int = CHUNK) -> Iterator[EncodedChunk]:
        """Bytes of a document as in the file, including line ends and byte order mark."""
        if self.normalization:
            yield from super().encode_document(document, chunk)
            return
        for data in document.byte_chunks(chunk):
            ids = np.frombuffer(data, np.uint8)
            # All bytes but 10xxxxxx begin a character.
            yield EncodedChunk(ids.astype(np.int32), int(np.count_nonzero(ids & 0xC0 != 0x80)))

    def decode_bytes(self, array: Iterable[int] | np.ndarray) -> bytes:
        """The bytes of ids [N], whatever they are."""
        return checked_ids(array, self.size).astype(np.uint8).tobytes()

    def decode(self, array: Iterable[int] | np.ndarray) -> str:
        """The text of ids [N]; bytes that are not UTF-8 print as U+FFFD."""
        return self.decode_bytes(array).decode("utf-8", "replace")

    def stream(self) -> ByteStream:
        """A decoder for ids that arrive a few at a time."""
        return ByteStream(self.decode_bytes)

    def save(self, folder: Path, name: str = "codec") -> None:
        """Write `<name>.json` with the kind of codec and its normalization."""
        write_codec(folder, name, "byte", normalization_content(self.normalization))

    def restore(self, folder: Path, name: str = "codec") -> None:
        """See that the folder was written with the byte codec."""
        self.normalization = Normalization.from_json(read_codec(folder, name, "byte").get("normalization"))


class ByteStream:
    """Holds back the bytes of a character until all of them have come.

    Args:
        decode_bytes: the bytes of some ids.
    """

    def __init__(self, decode_bytes: Callable[[Iterable[int] | np.ndarray], bytes]) -> None:
        self._decode_bytes = decode_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, ids: Iterable[int] | np.ndarray) -> str:
        """The characters that these ids complete."""
        return self._decoder.decode(self._decode_bytes(ids))

    def flush(self) -> str:
        """U+FFFD where a character was begun and not finished."""
        return self._decoder.decode(b"", final=True)
