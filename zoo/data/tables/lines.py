"""Reads the lines of a file as text, with their positions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from zoo.codecs.transcode import foreign_kind, wide_encoding
from zoo.data.storage.stored_bytes import StoredBytes
from zoo.errors import ZooError

LONGEST = 1 << 20
"""Largest line in bytes: a file without line ends must not fill the memory."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BUFFER = 1 << 20


class Line(NamedTuple):
    """A line.

    Args:
        number: from 1.
        offset: of its first byte in the file.
        length: in bytes, including the line end.
        text: with the line end; empty if there is a problem.
        problem: why it is not text.
    """

    number: int
    offset: int
    length: int
    text: str
    problem: str = ""


class Lines:
    """Reads a file line by line; lines can be given back.

    Lines end with LF or CRLF, or with CR in a file without LF. A byte order mark is skipped.

    Args:
        file: to read, from its beginning.
    Raises:
        ZooError: the file is UTF-16 or UTF-32, or no text at all.
    """

    def __init__(self, file: StoredBytes) -> None:
        self._returned: deque[Line] = deque()
        self._lines = self._read(file)
        head = file.read(0, min(_BUFFER, file.stream.seek(0, 2)))
        if wide := wide_encoding(head):
            raise ZooError(f"{file.name}: it looks like {wide[:6].upper()}: data.encoding={wide} reads it")
        if kind := foreign_kind(head):
            raise ZooError(f"{file.name}: {kind}")
        self._end = b"\r" if b"\r" in head and b"\n" not in head else b"\n"

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        return self._returned.popleft() if self._returned else next(self._lines)

    def give_back(self, lines: list[Line]) -> None:
        """Return these lines next, in order."""
        self._returned.extendleft(reversed(lines))

    def _read(self, file: StoredBytes) -> Iterator[Line]:
        number = offset = position = 0
        held = b""
        tail = False  # whether the next bytes belong to a line that was too long
        size = file.stream.seek(0, 2)
        while position < size or held:
            piece = file.read(position, min(_BUFFER, size - position))
            position += len(piece)
            held += piece
            found = _split(held, self._end)
            # The last line may continue in the next piece.
            held = found.pop() if position < size else b""
            if len(held) > LONGEST:
                found.append(held)
                held = b""
            for data in found:
                number += not tail
                if not tail:
                    yield self._line(number, offset, data)
                tail = not data.endswith(self._end)
                offset += len(data)

    def _line(self, number: int, offset: int, data: bytes) -> Line:
        length = len(data)
        if length > LONGEST:
            return Line(number, offset, length, "", f"longer than {LONGEST:,} bytes; a line end is missing")
        if number == 1 and data.startswith(_BYTE_ORDER_MARK):
            data, offset, length = data[3:], offset + 3, length - 3
        try:
            return Line(number, offset, length, data.decode())
        except UnicodeDecodeError as error:
            problem = f"byte {error.start + 1} of the line is not valid UTF-8"
            said = f"{problem} (0x{data[error.start]:02x}); data.encoding=latin-1 or another reads other encodings"
            return Line(number, offset, length, "", said)


def _split(data: bytes, end: bytes) -> list[bytes]:
    """Split into lines with their ends; bytes.splitlines would also split at a lone CR."""
    if b"\r" not in data:
        return data.splitlines(keepends=True)
    lines = [line + end for line in data.split(end)]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
