"""Converts files to plain UTF-8: decompresses them, and decodes other encodings."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
from pathlib import Path
from typing import IO

from zoo.errors import UsageError, ZooError, did_you_mean
from zoo.files import file_errors, open_file

_PIECE = 1 << 20
_PACKED_AT_LEAST = 1 << 30
_PACKED_RATIO = 200  # texts and numbers shrink to a tenth or so; what shrinks to a thousandth is made to fill disks
_COMMON = ("utf-8", "latin-1", "cp1252", "utf-16", "ascii", "shift_jis", "gb18030", "koi8-r")


def is_utf8(encoding: str) -> bool:
    """Whether text in an encoding is UTF-8 as it stands.

    Raises:
        UsageError: there is no such encoding.
    """
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    # Python counts rot13 and zlib among its codecs, too.
    if found is None or not getattr(found, "_is_text_encoding", True):
        hint = did_you_mean(encoding, _COMMON) or f"; such as {', '.join(_COMMON[:4])}"
        raise UsageError(f"data.encoding={encoding}: there is no such encoding{hint}")
    return found.name in ("utf-8", "ascii", "utf-8-sig")


def wide_encoding(head: bytes) -> str:
    """Return the encoding of a text of two or four bytes a character, as far as its first bytes tell; or an empty text.

    Args:
        head: the first bytes; some hundred tell an encoding without a mark.
    """
    for mark, name in _WIDE_MARKS.items():
        if head.startswith(mark):
            return name
    zeros = [head[place:1000:4].count(0) * 4 / max(len(head[:1000]), 4) for place in range(4)]
    for pattern, name in (("1000", "utf-32-le"), ("0001", "utf-32-be"), ("0101", "utf-16-le"), ("1010", "utf-16-be")):
        wanted = [number == "1" for number in pattern] if "16" in name else [number == "0" for number in pattern]
        if len(head) >= 16 and all((share > 0.5) == zero for share, zero in zip(zeros, wanted, strict=True)):
            return name
    # Characters above U+00FF have fewer zeros; line ends, spaces and commas are ASCII in any language.
    shares = {name: _ascii_share(head, name) for name in _WIDE} if b"\0" in head else {}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if best and shares[best] > LEAST_ASCII else ""


LEAST_ASCII = 0.1
"""Share of ASCII characters from which on bytes with zeros among them are taken for a wide encoding."""
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def _ascii_share(head: bytes, encoding: str) -> float:
    """The share of printable ASCII characters and line ends in what bytes spell; 0 where they spell nothing."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return 0.0
    if "\0" in text:
        return 0.0
    return sum(" " <= character <= "~" or character in "\t\r\n" for character in text) / max(1, len(text))


_WIDE_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def foreign_kind(head: bytes) -> str:
    """Say what a file is that is no text, as far as its first bytes tell; an empty text where it may be text."""
    return next((kind for mark, kind in _FOREIGN.items() if head.startswith(mark)), "")


_FOREIGN = {
    b"PK\3\4": "a ZIP archive or a spreadsheet, not a text; unpack it, or save it as CSV",
    b"PAR1": "a Parquet file, not a text; data=hf:parquet,files=PATH reads it",
    b"%PDF-": "a PDF file, not a text",
    b"\x1f\x8b": "packed by gzip; give it a name that ends in .gz",
    b"BZh": "packed by bzip2; unpack it",
    b"\xfd7zXZ": "packed by xz; unpack it",
    b"\x89PNG": "an image, not a text",
    b"\xff\xd8\xff": "an image, not a text",
    b"SQLite format 3": "an SQLite database, not a text",
    b"version https://git-lfs.github.com/spec/": "a Git LFS pointer, not the file; git lfs pull fetches the file",
}


def copy_as_utf8(path: Path, target: IO[bytes], encoding: str, name: str) -> None:
    """Write the content of a file to another one, unpacked and in UTF-8.

    Args:
        path: of the file; a name that ends with `.gz` is unpacked.
        target: opened for writing bytes.
        encoding: of the text; UTF-8 is copied as it stands, whether or not it is text.
        name: for messages.

    Raises:
        ZooError: it is no text in this encoding.
        Exception: it cannot be read or unpacked; gzip raises OSError, EOFError, zlib.error and more.
    """
    packed = path.suffix.lower() == ".gz"
    with open_file(path) as stored, gzip.open(stored, "rb") if packed else stored as source:
        limit = max(_PACKED_AT_LEAST, _PACKED_RATIO * path.stat().st_size)
        written = 0

        def write(data: bytes) -> None:
            nonlocal written
            written += len(data)
            if packed and written > limit:
                raise ZooError(f"{name}: it unpacks to more than {limit:,} bytes, which no file of data does")
            target.write(data)

        if is_utf8(encoding):
            while data := source.read(_PIECE):
                write(data)
            return
        text = io.TextIOWrapper(source, encoding=encoding, newline="")
        try:
            while piece := text.read(_PIECE):
                write(piece.encode("utf-8"))
        except UnicodeError as error:
            raise ZooError(
                f"{name}: no text in {encoding}: {error.reason if hasattr(error, 'reason') else error}"
            ) from error


def plain_copy(path: Path, encoding: str, name: str) -> IO[bytes]:
    """A decompressed copy of a file in UTF-8, which is deleted when it is garbage-collected.

    Args:
        path: of the file.
        encoding: of its text.
        name: for messages.

    Raises:
        ZooError: it cannot be read or unpacked, or is no text in this encoding.
    """
    with file_errors(name):
        plain: IO[bytes] = tempfile.NamedTemporaryFile(prefix="zoo-unpacked-")  # type: ignore[assignment]  # noqa: SIM115
        copy_as_utf8(path, plain, encoding, name)
        plain.flush()
    return plain
