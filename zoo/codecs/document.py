"""A named text, or a part of a text file, that is read piece by piece."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.codecs.transcode import foreign_kind, is_utf8, plain_copy, wide_encoding
from zoo.errors import ZooError
from zoo.files import open_file

CHUNK = 1 << 20
"""Bytes that are read at a time unless the caller says otherwise."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEAD = 1000  # bytes that tell an encoding


@dataclass(frozen=True)
class Document:
    """A text in memory, or the bytes `start` to `stop` of a file; read only on demand.

    Args:
        name: what the user calls it; error messages begin with it.
        path: the file, or None for a text in memory.
        start: first byte of the part, at the beginning of a character.
        stop: the byte after the part; None: the end of the file at the time of reading.
        text: the text itself, if there is no file.
        keeper: what keeps the file there as long as the document is in use.
    """

    name: str
    path: Path | None = None
    start: int = 0
    stop: int | None = None
    text: str | None = None
    keeper: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.path is None) == (self.text is None):
            raise ValueError(f"document {self.name!r} needs a path or a text, and not both")

    @classmethod
    def of_text(cls, text: str, name: str = "text") -> Document:
        """A document in memory."""
        return cls(name=name, text=text)

    @classmethod
    def of_file(cls, path: str | Path, name: str | None = None, encoding: str = "utf-8") -> Document:
        """A whole file; its name is the file's unless another is given.

        Args:
            path: of the file; a `.gz` is unpacked, and what is not UTF-8 rewritten, into a temporary file.
            name: for messages.
            encoding: of its text.

        Raises:
            ZooError: it cannot be decompressed, or is not text in this encoding.
        """
        path = Path(path)
        name = name or path.name
        if path.suffix.lower() != ".gz" and is_utf8(encoding):
            return cls(name=name, path=path)
        plain = plain_copy(path, encoding, name)
        return cls(name=name, path=Path(plain.name), keeper=plain)

    def part(self, start: int, stop: int) -> Document:
        """The bytes `start` to `stop` of the document's file."""
        return replace(self, start=start, stop=stop)

    @property
    def size(self) -> int:
        """Length in bytes."""
        if self.path is None:
            return len(self._memory())
        if self.stop is not None:
            return self.stop - self.start
        try:
            return max(0, self.path.stat().st_size - self.start)
        except OSError as error:
            raise ZooError(f"{self.name}: cannot be read: {error.strerror or error}") from error

    def chunks(self, size: int = CHUNK) -> Iterator[str]:
        """Read as UTF-8 text.

        A byte order mark at the beginning of the file is dropped and CRLF becomes LF; all else is kept.

        Args:
            size: how many bytes to read at a time; memory stays within a small multiple of it.

        Yields:
            Pieces of text that are never empty; joined they are the document.

        Raises:
            ZooError: the bytes are not UTF-8 (says which byte), or the file cannot be read.
        """
        offset = self.start  # of the first byte of `held`
        held = b""  # the beginning of a character whose other bytes are still to come
        carriage_return = ""  # a last \r whose \n may still come
        first = True
        for data in self.byte_chunks(size):
            held += data
            if first and self.start == 0:
                if len(held) < len(_BYTE_ORDER_MARK) and _BYTE_ORDER_MARK.startswith(held):
                    continue
                if held.startswith(_BYTE_ORDER_MARK):
                    held = held[len(_BYTE_ORDER_MARK) :]
                    offset += len(_BYTE_ORDER_MARK)
            first = False
            text, used = self._decode(held, offset, final=False)
            held = held[used:]
            offset += used
            text = carriage_return + text
            carriage_return = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(carriage_return)].replace("\r\n", "\n")
            if text:
                yield text
        text = carriage_return + self._decode(held, offset, final=True)[0]
        if text:
            yield text

    def byte_chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """Read the bytes as they stand, with nothing dropped or replaced.

        Args:
            size: how many bytes to read at a time.

        Yields:
            Bytes, never empty.

        Raises:
            ZooError: the file cannot be read.
        """
        if self.path is None:
            data = self._memory()
            for begin in range(0, len(data), size):
                yield data[begin : begin + size]
            return
        left = self.stop - self.start if self.stop is not None else None
        try:
            # Plain reads and no memory map: mapped pages would count as resident memory of the process.
            with open_file(self.path) as stream:
                stream.seek(self.start)
                while left is None or left > 0:
                    data = stream.read(size if left is None else min(size, left))
                    if not data:
                        break
                    yield data
                    if left is not None:
                        left -= len(data)
        except OSError as error:
            raise ZooError(f"{self.name}: cannot be read: {error.strerror or error}") from error
        if left:
            raise ZooError(f"{self.name}: the file lost {left:,} bytes since the data was split")

    def read(self) -> str:
        """The whole text at once."""
        return "".join(self.chunks())

    def fingerprint(self) -> str:
        """A fingerprint of the content: `<bytes>-<sha256>`, independent of its location."""
        digest = hashlib.sha256()
        total = 0
        for data in self.byte_chunks():
            digest.update(data)
            total += len(data)
        return f"{total}-{digest.hexdigest()}"

    def _memory(self) -> bytes:
        assert self.text is not None
        try:
            return self.text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise surrogate_error(self.name, error) from error

    def _decode(self, data: bytes, offset: int, final: bool) -> tuple[str, int]:
        wide = wide_encoding(data[:_HEAD]) if offset == 0 and self.text is None else ""
        try:
            if not wide:
                return codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError as error:
            if offset == 0 and (kind := foreign_kind(data)):
                raise ZooError(f"{self.name}: {kind}; text.unit=byte reads any file") from error
            raise ZooError(
                f"{self.name}: byte {offset + error.start} is not valid UTF-8 (0x{data[error.start]:02x}); "
                "data.encoding=latin-1 or another reads other encodings, text.unit=byte any file"
            ) from error
        raise ZooError(f"{self.name}: it looks like {wide[:6].upper()}: data.encoding={wide} reads it")


def surrogate_error(name: str, error: UnicodeEncodeError) -> ZooError:
    """The error for a Python string that holds half a UTF-16 pair, which no file and no model can hold."""
    code = ord(error.object[error.start])
    return ZooError(f"{name}: character {error.start} is a lone surrogate (U+{code:04X}), which is not text")
